using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Services;

namespace M2MCluster.Grains.Objects;

/// <summary>Makes a message of what an application asked for; the same for one object and for a group.</summary>
internal static class MessageAcceptance
{
    public static readonly TimeSpan MaxTimeToLive = TimeSpan.FromDays(365);
    public const int MaxPayload = 1 << 20;

    /// <exception cref="M2MException"><see cref="ErrorCode.InvalidArgument"/></exception>
    public static MessageRecord Accept(MessageDraft draft, IIdSource ids, DateTimeOffset now, string target)
    {
        if (draft.TimeToLive <= TimeSpan.Zero || draft.TimeToLive > MaxTimeToLive)
            throw M2MException.Invalid("ttl", "must be positive and at most 365 days");
        if (draft.Priority is < 0 or > 7) throw M2MException.Invalid("priority", "must be 0 to 7");
        if (draft.Payload.Length > MaxPayload) throw M2MException.Invalid("payload", $"has at most {MaxPayload} bytes");
        if (draft.Terms?.NotBefore is { } notBefore && notBefore >= now + draft.TimeToLive) throw M2MException.Invalid("window.notBefore", "must come before the message expires");
        if (draft.Terms?.Constraint is { } constraint) Constraints.Check(constraint);
        if (draft.Confirmation == Confirmation.Transaction && !string.IsNullOrEmpty(draft.CoalesceKey))
            throw M2MException.Invalid("coalesceKey", "is not for transactions: what objects may have promised is not replaced");
        return new()
        {
            Id = new(ids.Next()),
            Target = target,
            Application = draft.Application,
            AcceptedAt = now,
            ExpiresAt = now + draft.TimeToLive,
            Priority = draft.Priority,
            Confirmation = draft.Confirmation,
            ContentType = draft.ContentType,
            Payload = draft.Payload,
            Command = draft.Command,
            CoalesceKey = string.IsNullOrEmpty(draft.CoalesceKey) ? null : draft.CoalesceKey,
            RequestId = string.IsNullOrEmpty(draft.RequestId) ? null : draft.RequestId,
            Steps = [new(now, "accepted")],
            TraceParent = draft.TraceParent,
            Terms = draft.Terms,
            Mode = draft.Mode,
            Transaction = draft.Confirmation == Confirmation.Transaction ? new(TransactionPhase.Waiting) : null,
            Peer = draft.Peer,
            Area = draft.Area,
            Task = draft.Task,
        };
    }
}
