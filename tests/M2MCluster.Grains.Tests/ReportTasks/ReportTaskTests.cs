using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.ReportTasks;

/// <summary>Words for what applications ask of objects by report tasks.</summary>
public abstract class ReportTaskTests(GrainCluster cluster) : GrainTests(cluster)
{
    internal IReportTaskGrain Task(string id) => Cluster.Grains.GetGrain<IReportTaskGrain>(id);

    internal static ReportTaskTerms Every(int seconds, string target, string application = "", int? tolerance = null, int? grace = null) => new()
    {
        Application = application,
        Target = target,
        Periodic = new(TimeSpan.FromSeconds(seconds)),
        Tolerance = tolerance is { } bound ? TimeSpan.FromSeconds(bound) : null,
        Grace = grace is { } patience ? TimeSpan.FromSeconds(patience) : null,
    };

    internal async Task<IReportTaskGrain> BeginAsync(ReportTaskTerms terms)
    {
        var task = Task(Cluster.Fresh("task"));
        await task.Create("op", terms);
        return task;
    }

    internal static string Of(IReportTaskGrain task) => "reportTasks/" + task.GetPrimaryKeyString();

    /// <summary>Moves the clock, and wakes the task as the schedule would.</summary>
    internal async Task PassTaskAsync(IReportTaskGrain task, TimeSpan time)
    {
        Cluster.Time.Advance(time);
        var now = Cluster.Time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < 5; i++)
        {
            foreach (var at in (await ArmedAsync(Of(task))).Where(at => at <= now)) await task.Wake(at);
        }
    }
}
