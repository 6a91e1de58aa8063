using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Routing;

namespace M2MCluster.Grains.Objects;

/// <summary>
/// Messages that are not to wait until a dead way is known to be dead. Where an address changed silently that takes minutes; so once a push goes unconfirmed for a third of what the message's class
/// promises, it goes over another way too, if there is one, and after another third the object may be called (<see cref="WakeUps"/>).
/// </summary>
internal static class Urgency
{
    /// <summary>Whether the object may be called for it: a call costs.</summary>
    public static bool IsWorthACall(ObjectCore core, MailboxItem item) => IsWorthACall(item.Record, core.Services.WakeUp, core.Services.Classes);

    public static bool IsWorthACall(MessageRecord message, WakeUpOptions options, IServiceClasses classes) =>
        message.Priority >= options.Priority || classes.Of(message.Terms).DelayBound <= options.DelayBound;

    /// <summary>For how long a push of it may go unconfirmed.</summary>
    public static TimeSpan PatienceFor(ObjectCore core, MailboxItem item)
    {
        var most = core.Services.WakeUp.After;
        return BoundOf(core, item) is { } bound && bound / 3 < most ? bound / 3 : most;
    }

    /// <summary>Lets what goes unconfirmed for too long go over another way beside the one that does not answer.</summary>
    public static void Hurry(ObjectCore core, DateTimeOffset now)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        foreach (var item in core.Mailbox.InOrder)
        {
            if (DueAt(core, item) <= nowMs) item.Hurry();
        }
    }

    /// <summary>When some message may have to go over another way, Unix milliseconds; <see cref="long.MaxValue"/>: there is none, or no other way.</summary>
    public static long LookAt(ObjectCore core, IReadOnlyList<Way> ways)
    {
        if (ways.Count < 2) return long.MaxValue;
        var next = long.MaxValue;
        foreach (var item in core.Mailbox.InOrder) next = Math.Min(next, DueAt(core, item));
        return next;
    }

    private static long DueAt(ObjectCore core, MailboxItem item)
    {
        if (item.IsHurried || item.Fetched || !item.IsPushed || item.IsStored) return long.MaxValue;
        var isUrgent = item.Record.Priority >= core.Services.WakeUp.Priority || BoundOf(core, item) <= Turn.AttemptDeadline;
        return isUrgent ? item.Attempts.Min(attempt => attempt.At) + (long)PatienceFor(core, item).TotalMilliseconds : long.MaxValue;
    }

    private static TimeSpan? BoundOf(ObjectCore core, MailboxItem item) => core.Services.Classes.Of(item.Record.Terms).DelayBound;
}
