using M2MCluster.Contracts.ReportTasks;

namespace M2MCluster.Contracts.Reading;

public interface IReportTaskReader
{
    /// <summary>Tasks by id, after <paramref name="after"/>; at most <paramref name="limit"/>.</summary>
    /// <param name="application">Of this application only; null: of all.</param>
    /// <param name="target">Of this target only; null: of all.</param>
    ValueTask<IReadOnlyList<ReportTaskView>> ListAsync(string? application, string? target, string after, int limit, CancellationToken cancellation);
}
