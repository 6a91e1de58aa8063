using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.ReportTasks;

/// <summary>
/// Notices that an object did not report though a task asks for it. One row in the index of due times finds that out, whether the object is in memory or not; where nothing
/// came the disk is asked, since a gateway's word on its child may have been lost.
/// </summary>
internal static class Expecting
{
    /// <summary>What is expected follows what tasks ask for.</summary>
    /// <returns>When a report is missed next, Unix milliseconds; <see cref="long.MaxValue"/>: nothing is expected.</returns>
    public static long Review(Turn turn, ObjectCore core)
    {
        var former = turn.State.Expected;
        var duties = core.Sharing.DutiesOf(turn.Description);
        if (duties.Count == 0)
        {
            if (former is not null) turn.State = turn.State with { Expected = null };
            return long.MaxValue;
        }

        var next = new ReportExpectation[duties.Count];
        var isSame = former?.Length == next.Length;
        for (var i = 0; i < next.Length; i++)
        {
            next[i] = Of(duties[i], former, turn.NowMs);
            isSame &= isSame && ReferenceEquals(next[i], former![i]);
        }

        if (!isSame) turn.State = turn.State with { Expected = next };
        return next.Min(each => each.DueAt);
    }

    /// <summary>The object reports in this turn.</summary>
    public static void Came(Turn turn, ObjectCore core)
    {
        if (Holding(turn, core) is not { } expected) return;
        // What was due before and is not yet dealt with was missed all the same. Of a child its gateway may have reported meanwhile.
        if (turn.Description.Gateway is null) expected = [.. expected.Select(each => Miss(turn, each))];
        turn.State = turn.State with { Expected = [.. expected.Select(each => each.Came(turn.NowMs))] };
    }

    /// <summary>A gateway has reported for the object.</summary>
    public static void CameVia(Turn turn)
    {
        if (turn.State.Expected is { } expected) turn.State = turn.State with { Expected = [.. expected.Select(each => each.Came(turn.NowMs))] };
    }

    /// <summary>The object is told how to report. Null: it was told before, or nothing is asked of it.</summary>
    public static ReportExpectation[]? Told(ObjectState state, long now) =>
        state.Expected is { } expected && Array.Exists(expected, each => !each.IsKept) ? [.. expected.Select(each => each.Told(now))] : null;

    /// <summary>Tells of what is due and has not come.</summary>
    public static async ValueTask JudgeAsync(Turn turn, ObjectCore core)
    {
        if (turn.State.Expected is null || Holding(turn, core) is not { } expected) return;
        if (!Array.Exists(expected, each => each.DueAt <= turn.NowMs)) return;
        // What an object reports by itself is known here, and its last will, which is on disk too, is no report that was asked for.
        if (turn.Description.Gateway is not null && await core.Services.Reports.LatestAsync(core.Id, CancellationToken.None) is { } latest)
        {
            var at = latest.ToUnixTimeMilliseconds();
            expected = [.. expected.Select(each => at > each.From ? each.Came(at) : each)];
        }

        turn.State = turn.State with { Expected = [.. expected.Select(each => Miss(turn, each))] };
    }

    public static ReportOutlook? OutlookOf(ObjectState state, string task) => state.Expected?.FirstOrDefault(each => each.Task == task) is { } expected
        ? new(DateTimeOffset.FromUnixTimeMilliseconds(expected.From + expected.Period), expected.Missed, expected.IsKept)
        : null;

    /// <summary>What was expected before, of the tasks that still ask: one that was deleted, or of a group that the object has left, misses nothing.</summary>
    private static ReportExpectation[]? Holding(Turn turn, ObjectCore core)
    {
        if (turn.State.Expected is not { } expected) return null;
        var duties = core.Sharing.DutiesOf(turn.Description);
        bool Holds(ReportExpectation each) => duties.Any(duty => duty.Task == each.Task && duty.Since.ToUnixTimeMilliseconds() == each.Since);
        return Array.TrueForAll(expected, Holds) ? expected : Array.FindAll(expected, Holds);
    }

    private static ReportExpectation Of(ReportDuty duty, ReportExpectation[]? former, long now)
    {
        var (since, period, grace) = (duty.Since.ToUnixTimeMilliseconds(), duty.Period * 1000, duty.Grace * 1000);
        var known = former is null ? null : Array.Find(former, each => each.Task == duty.Task && each.Since == since);
        if (known is null || known.Period != period) return new(duty.Task, duty.Application, since, period, grace, now);
        return known.Grace == grace ? known : known with { Grace = grace };
    }

    /// <summary>If the node was away several may be due at once: they are one event, which says how many.</summary>
    private static ReportExpectation Miss(Turn turn, ReportExpectation expected)
    {
        if (expected.DueAt > turn.NowMs) return expected;
        var count = expected.IsKept ? (int)Math.Min(int.MaxValue - expected.Missed, ((turn.NowMs - expected.DueAt) / expected.Period) + 1) : 1;
        var missed = expected with { Missed = expected.Missed + count, From = expected.From + (count * expected.Period) };
        turn.TellOnly(
            expected.Application, DateTimeOffset.FromUnixTimeMilliseconds(expected.Since), EventTypes.ReportMissed,
            EventData.Missed(expected.Task, missed.From, count, missed.Missed, expected.IsKept));
        return missed;
    }
}
