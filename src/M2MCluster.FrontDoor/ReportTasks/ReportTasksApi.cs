using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Reading;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.FrontDoor.Access;
using M2MCluster.FrontDoor.Calls;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.ReportTasks;

internal sealed class ReportTasksApi(IGrainFactory grains, IReportTaskReader tasks, TimeProvider time) : V1.ReportTaskService.ReportTaskServiceBase
{
    // A filter that fits little must not read all tasks in one call: the page is then short, and its token goes on.
    private const int MostScanned = 10_000;

    public override async Task<V1.ReportTask> CreateReportTask(V1.CreateReportTaskRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var principal = context.Principal();
        var id = ReportTaskRequests.NewId(request.ReportTaskId, problems);
        var terms = ReportTaskRequests.Terms(request.ReportTask ?? new(), principal.Application, problems);
        ReportTaskRules.Checked(terms, time.GetUtcNow(), problems);
        problems.ThrowIfAny();
        terms = terms with { Target = await Targets.ResolveAsync(grains, terms.Target) };
        ReportTaskRules.Checked(terms, time.GetUtcNow(), problems);
        problems.ThrowIfAny();
        return ReportTaskAnswers.ReportTask(await Grain(id).Create(principal.Actor, terms));
    }

    public override async Task<V1.ReportTask> GetReportTask(V1.GetReportTaskRequest request, ServerCallContext context) =>
        ReportTaskAnswers.ReportTask((await FindAsync(request.Name, context)).View);

    public override async Task<V1.ListReportTasksResponse> ListReportTasks(V1.ListReportTasksRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var size = Paging.Size(request.PageSize, problems);
        var after = Paging.After(request.PageToken, problems);
        var filter = ReportTaskFilter.Parse(request.Filter, problems);
        problems.ThrowIfAny();
        var answer = new V1.ListReportTasksResponse();
        for (var scanned = 0; scanned < MostScanned;)
        {
            var rows = await tasks.ListAsync(context.Principal().Application, filter.Target, after, size + 1, context.CancellationToken);
            foreach (var row in rows.Take(size))
            {
                if (answer.ReportTasks.Count == size) break;
                after = row.Id;
                scanned++;
                if (filter.Matches(row)) answer.ReportTasks.Add(ReportTaskAnswers.ReportTask(row));
            }

            if (rows.Count <= size && (rows.Count == 0 || after == rows[^1].Id)) return answer;
            if (answer.ReportTasks.Count == size) break;
        }

        answer.NextPageToken = Paging.Token(after);
        return answer;
    }

    public override async Task<V1.ReportTask> UpdateReportTask(V1.UpdateReportTaskRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var from = request.ReportTask ?? new();
        var fields = Masks.Of(request.UpdateMask, from, ReportTaskRequests.Changeable, problems);
        var (grain, view) = await FindAsync(from.Name, context);
        var terms = ReportTaskRules.Checked(ReportTaskRequests.Change(view.Terms, from, fields, problems), time.GetUtcNow(), problems);
        problems.ThrowIfAny();
        return ReportTaskAnswers.ReportTask(await grain.Update(context.Principal().Actor, terms));
    }

    public override async Task<Empty> DeleteReportTask(V1.DeleteReportTaskRequest request, ServerCallContext context)
    {
        var (grain, _) = await FindAsync(request.Name, context);
        await grain.Delete(context.Principal().Actor);
        return new();
    }

    private async ValueTask<(IReportTaskGrain Grain, ReportTaskView View)> FindAsync(string name, ServerCallContext context)
    {
        var problems = new Problems();
        var id = problems.Id(name, Names.ReportTasks, "name");
        problems.ThrowIfAny();
        var view = await Grain(id).Get();
        AccessPolicy.AuthorizeReportTask(context.Principal(), view);
        return (Grain(id), view);
    }

    private IReportTaskGrain Grain(string id) => grains.GetGrain<IReportTaskGrain>(id);
}
