using System.Collections.Immutable;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Smpp;
using Microsoft.Extensions.Logging;

namespace M2MCluster.Edge.Sms;

/// <summary>The way to phones and modems: a session is an E.164 number.</summary>
internal sealed class SmsDownlink(IGrainFactory grains, SmsEdgeOptions options, SmsSession session, SmsSubmitter submitter, SmsSettler settler, SmsMetrics metrics, TimeProvider time, ILogger logger) : IDownlink
{
    // Within the time after which the object takes an attempt for lost.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FullRetry = TimeSpan.FromSeconds(30);

    private int _open;
    private int _reference = Random.Shared.Next(ushort.MaxValue);

    /// <summary>Messages whose submission has not ended.</summary>
    public int Open => Volatile.Read(ref _open);

    public Task Deliver(string session, Delivery delivery)
    {
        // The caller's turn on this edge ends at once.
        _ = PushAsync(session, delivery);
        return Task.CompletedTask;
    }

    public Task MailboxChanged(string session, string objectId) => Task.CompletedTask;

    public Task Forgotten(string session, string objectId) => Task.CompletedTask;

    public Task Close(string session, CloseReason reason) => Task.CompletedTask;

    private async Task PushAsync(string number, Delivery delivery)
    {
        try
        {
            if (await SubmitAsync(number, delivery) is { } settlement) await settler.SettleAsync(delivery, settlement);
        }
#pragma warning disable CA1031 // Nobody waits for this task; the attempt's deadline finds the message.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            logger.Failed(failure);
        }
    }

    /// <summary>Null: the attempt counts no more.</summary>
    private async ValueTask<Settlement?> SubmitAsync(string number, Delivery delivery)
    {
        if (!session.IsBound) return new(SettlementKind.Busy, RetryAfter: FullRetry, Detail: "no session with the SMSC");
        if (Interlocked.Increment(ref _open) > options.MaxQueue)
        {
            Interlocked.Decrement(ref _open);
            return new(SettlementKind.Busy, RetryAfter: FullRetry, Detail: "as many messages wait for the SMSC as may");
        }

        try
        {
            if (SmsOutgoing.Of(number, delivery, options, (ushort)Interlocked.Increment(ref _reference), time.GetUtcNow()) is not { } parts)
            {
                metrics.Submitted("too-long");
                return new(SettlementKind.Undeliverable, Detail: $"it takes more than {options.MaxParts} short messages");
            }

            return await SubmitAsync(parts, delivery);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async ValueTask<Settlement?> SubmitAsync(IReadOnlyList<SmppShortMessage> parts, Delivery delivery)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        var ids = ImmutableArray.CreateBuilder<string>(parts.Count);
        // A call was on disk before it came here, and does no harm twice.
        Func<ValueTask<bool>>? intent = delivery.Message.ContentType == WakeUp.ContentType ? null
            : () => grains.GetGrain<ISubscriberGrain>(delivery.ObjectId).Submitting(delivery.Message.Id, delivery.Attempt, parts.Count);
        foreach (var part in parts)
        {
            var submission = await submitter.SubmitAsync(part, intent, patience.Token);
            intent = null;
            switch (submission.Kind)
            {
                case SmsSubmissionKind.Accepted:
                    if (submission.MessageId is { Length: > 0 } id) ids.Add(SmppReceipt.Normalize(id));
                    break;
                case SmsSubmissionKind.Unknown:
                    return new(SettlementKind.InDoubt, Detail: "the SMSC did not respond; it may have arrived");
                case SmsSubmissionKind.NotWanted:
                    return null;
                case SmsSubmissionKind.NotSent:
                    return new(SettlementKind.Busy, RetryAfter: FullRetry, Detail: session.IsBound ? "the SMSC asks to wait" : "no session with the SMSC");
                default:
                    logger.Refused(delivery.Message.Id, submission.Status);
                    return new(IsForEver(submission.Status) ? SettlementKind.Undeliverable : SettlementKind.Lost, Detail: $"SMPP 0x{(uint)submission.Status:x8}");
            }
        }

        // Without the id of each part no receipt can be told to be the last one.
        if (ids.Count < parts.Count) ids.Clear();
        return new(SettlementKind.Stored, Detail: parts.Count == 1 ? "the SMSC has it" : $"the SMSC has it in {parts.Count} parts") { References = ids.DrainToImmutable() };
    }

    private static bool IsForEver(SmppStatus status) => status is SmppStatus.InvalidDestinationAddress or SmppStatus.InvalidDestinationTon or SmppStatus.InvalidDestinationNpi
        or SmppStatus.InvalidMessageLength;
}
