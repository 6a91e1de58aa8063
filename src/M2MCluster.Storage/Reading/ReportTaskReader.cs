using M2MCluster.Contracts.Reading;
using M2MCluster.Contracts.ReportTasks;

namespace M2MCluster.Storage.Reading;

internal sealed class ReportTaskReader(IQueries queries, Bodies bodies) : IReportTaskReader
{
    public async ValueTask<IReadOnlyList<ReportTaskView>> ListAsync(string? application, string? target, string after, int limit, CancellationToken cancellation)
    {
        var of = (application is null ? "" : " AND application = @application") + (target is null ? "" : " AND target = @target");
        var parameters = new List<(string, object?)> { ("after", after), ("limit", limit) };
        if (application is not null) parameters.Add(("application", application));
        if (target is not null) parameters.Add(("target", target));
        return await queries.ListAsync(
            $"SELECT body FROM report_tasks WHERE id > @after{of} ORDER BY id LIMIT @limit", [.. parameters], row => bodies.ReportTask(row.Bytes(0)), cancellation).ConfigureAwait(false);
    }
}
