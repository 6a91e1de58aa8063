using System.Collections.Immutable;
using M2MCluster.Contracts.Events;

namespace M2MCluster.Grains.Objects;

/// <summary>A report arrives whole, or what came of it is kept as refused and told (TS 102 689 D.3.3): it is never dropped without a word.</summary>
internal static class Incomplete
{
    // As long as an SMSC may hold back the other parts.
    private static readonly TimeSpan PartAge = TimeSpan.FromDays(1);

    // So long a part that comes again is told from one of a new message; phones use a reference again after 256 messages.
    private static readonly TimeSpan DoneAge = TimeSpan.FromMinutes(10);

    public static void Keep(Turn turn, ObjectCore core, string contentType, byte[] came, string fault, byte[]? name = null)
    {
        var id = core.Services.Ids.Next();
        turn.Reports.Add(new(id, core.Id, contentType, came, name, null, fault));
        turn.State = turn.State with { Faults = turn.State.Faults + 1 };
        turn.Tell(EventTypes.ObjectFault, EventData.Fault(id, fault, contentType));
    }

    /// <summary>Of a message of several parts, which are given up.</summary>
    public static void Keep(Turn turn, ObjectCore core, IEnumerable<GatheredPart> parts)
    {
        var came = parts.Where(part => !part.IsDone).OrderBy(part => part.Number).ToList();
        if (came.Count == 0) return;
        Keep(turn, core, "application/octet-stream", [.. came.SelectMany(part => part.Payload)],
            $"incomplete: of a message in parts only {string.Join(", ", came.Select(part => part.Number))} came");
    }

    /// <summary>Gives up what is too old to be completed. Returns the parts that stay.</summary>
    public static List<GatheredPart> Expire(Turn turn, ObjectCore core)
    {
        var parts = turn.State.Sms?.Parts ?? [];
        var old = parts.Where(part => DueOf(part) <= turn.NowMs).ToList();
        foreach (var gathering in old.GroupBy(part => part.Gathering)) Keep(turn, core, gathering);
        List<GatheredPart> rest = [.. parts.Except(old)];
        if (old.Count > 0) turn.State = turn.State with { Sms = SmsState.WithParts(turn.State.Sms, [.. rest]) };
        return rest;
    }

    /// <summary>When a message in parts will be given up, Unix milliseconds.</summary>
    public static long DueOf(SmsState? sms) => (sms?.Parts ?? []).Where(part => !part.IsDone).Select(DueOf).DefaultIfEmpty(long.MaxValue).Min();

    private static long DueOf(GatheredPart part) => part.At + (long)(part.IsDone ? DoneAge : PartAge).TotalMilliseconds;
}
