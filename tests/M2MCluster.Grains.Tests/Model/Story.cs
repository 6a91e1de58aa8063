using M2MCluster.Contracts.Messages;

namespace M2MCluster.Grains.Tests.Model;

/// <summary>What the outside world knows of one message: what may have caused its outcome, and what must have.</summary>
internal sealed class Story(MessageRecord message, int ordinal)
{
    public MessageRecord Message { get; } = message;

    public bool IsCommand => Message.Command is not null;

    /// <summary>It is the device's part of a transaction.</summary>
    public bool IsPart => Message.Transaction is not null;

    /// <summary>Its sender does not mind when it leaves, or forbade that it always leaves at once.</summary>
    public bool CanWait => Message.Terms is { NotBefore: not null } or { Tolerance: not null } or { Constraint: not null };

    /// <summary>The order of acceptance.</summary>
    public int Ordinal { get; } = ordinal;

    /// <summary>When the device could first have seen it, by counting all first sights; 0: never.</summary>
    public int FirstSeen { get; set; }

    /// <summary>Whether the device has it.</summary>
    public bool IsHad { get; set; }

    /// <summary>The answer to a fetch was lost, and it may have been in it.</summary>
    public bool MayBeGone { get; set; }

    /// <summary>Some attempt was confirmed by the device.</summary>
    public bool IsConfirmed { get; set; }

    /// <summary>The one result that the device has for it; null: none yet.</summary>
    public bool? Result { get; set; }

    /// <summary>Whether the platform was told of the result in any way.</summary>
    public bool IsResultTold { get; set; }

    /// <summary>Whether the platform said that it has the result.</summary>
    public bool IsResultTaken { get; set; }

    /// <summary>A cancellation was tried.</summary>
    public bool IsCancelTried { get; set; }

    /// <summary>It was said to have been cancelled.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>What is wrong with the outcome; null: nothing.</summary>
    /// <param name="all">The stories of the same device.</param>
    /// <param name="decisions">Messages of the platform's own that may have been in the mailbox beside them.</param>
    public string? Judge(MessageRecord ended, IReadOnlyCollection<Story> all, int decisions)
    {
        var outcome = ended.Outcome!.Value;
        if (IsCancelled && outcome != Outcome.Cancelled) return "it was cancelled";
        if (IsResultTaken && ended.Result is null) return "its result was taken and is lost";
        if (ended.Result is { } kept && kept.Ok != Result) return "it has a result that the device did not give";
        var hasCause = outcome switch
        {
            Outcome.Applied => IsResultTold && Result == true,
            Outcome.Rejected => IsResultTold && Result == false,
            Outcome.Delivered => IsConfirmed && Message.Confirmation == Confirmation.Delivered,
            Outcome.Sent => (FirstSeen > 0 || MayBeGone) && Message.Confirmation == Confirmation.None,
            Outcome.Expired => ended.EndedAt >= Message.ExpiresAt,
            Outcome.Cancelled => IsCancelTried,
            Outcome.Superseded => Message.CoalesceKey is { } key && all.Any(later => later.Ordinal > Ordinal && later.Message.CoalesceKey == key),
            Outcome.Evicted => all.Count + decisions > World.MailboxBound,
            _ => false,
        };
        return hasCause ? null : "nothing caused it";
    }

    public override string ToString() =>
        $"{Message.Id} #{Ordinal}{(IsCommand ? " command" : "")} priority {Message.Priority} {Message.Confirmation} had={IsHad} confirmed={IsConfirmed} result={Result} told={IsResultTold} taken={IsResultTaken}";
}
