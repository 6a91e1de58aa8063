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
}
