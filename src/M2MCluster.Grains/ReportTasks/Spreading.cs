using M2MCluster.Contracts;

namespace M2MCluster.Grains.ReportTasks;

/// <summary>
/// The members of a group each take a turn once they have a task, to arm the time at which a report of theirs is missed: those that sleep by their rows, as for any other due
/// time, and without being woken.
/// </summary>
internal static class Spreading
{
    /// <summary>Members for whom one commit arms a turn.</summary>
    public const int PageSize = 2000;

    // Until then the other silos know that the group's rules have changed.
    private static readonly TimeSpan Settles = TimeSpan.FromSeconds(2);

    /// <summary>When members that have the task from <paramref name="now"/> on take their turn, Unix milliseconds.</summary>
    public static long TurnOf(DateTimeOffset now) => DueTime.Of(now + Settles);
}
