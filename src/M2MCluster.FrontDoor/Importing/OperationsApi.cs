using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Importing;
using M2MCluster.FrontDoor.Access;
using M2MCluster.FrontDoor.Calls;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Importing;

internal sealed class OperationsApi(IObjectImporter importer, TimeProvider time) : V1.OperationService.OperationServiceBase
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public override async Task<V1.Operation> GetOperation(V1.GetOperationRequest request, ServerCallContext context) =>
        OperationAnswers.Of(await FindAsync(request.Name, "name", context));

    public override async Task<V1.ListOperationsResponse> ListOperations(V1.ListOperationsRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var size = Paging.Size(request.PageSize, problems);
        var after = Paging.After(request.PageToken, problems);
        problems.ThrowIfAny();
        var imports = await importer.ListAsync(after, size, context.CancellationToken);
        var principal = context.Principal();
        var answer = new V1.ListOperationsResponse();
        answer.Operations.Add(imports.Where(import => principal.IsOperator || import.Actor == principal.Actor).Select(OperationAnswers.Of));
        if (imports.Count == size) answer.NextPageToken = Paging.Token(imports[^1].Id);
        return answer;
    }

    public override async Task<V1.Operation> CancelOperation(V1.CancelOperationRequest request, ServerCallContext context)
    {
        var import = await FindAsync(request.Name, "name", context);
        return OperationAnswers.Of(await importer.CancelAsync(context.Principal().Actor, import.Id));
    }

    public override async Task<V1.Operation> WaitOperation(V1.WaitOperationRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var timeout = problems.Span(request.Timeout, "timeout") ?? LongestWait;
        problems.Require(timeout >= TimeSpan.Zero && timeout <= LongestWait, "timeout", $"is 0 to {LongestWait.TotalSeconds} s");
        problems.ThrowIfAny();
        var started = time.GetTimestamp();
        while (true)
        {
            // Another node may carry the import on: how far it is stands on disk.
            var import = await FindAsync(request.Name, "name", context);
            if (import.EndedAt is not null || time.GetElapsedTime(started) >= timeout) return OperationAnswers.Of(import);
            await Task.Delay(Pause, time, context.CancellationToken);
        }
    }

    public override async Task<Empty> DeleteOperation(V1.DeleteOperationRequest request, ServerCallContext context)
    {
        var import = await FindAsync(request.Name, "name", context);
        await importer.DeleteAsync(context.Principal().Actor, import.Id);
        return new();
    }

    public override async Task<V1.ListImportErrorsResponse> ListImportErrors(V1.ListImportErrorsRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var size = Paging.Size(request.PageSize, problems);
        var after = Paging.AfterNumber(request.PageToken, 0, problems);
        problems.ThrowIfAny();
        var import = await FindAsync(request.Parent, "parent", context);
        var errors = await importer.ErrorsAsync(import.Id, after, size, context.CancellationToken);
        var answer = new V1.ListImportErrorsResponse();
        answer.Errors.Add(errors.Select(row => new V1.ImportError { Line = row.Error.Line, Field = row.Error.Field, Reason = row.Error.Reason }));
        if (errors.Count == size) answer.NextPageToken = Paging.Token(errors[^1].Ordinal);
        return answer;
    }

    private async ValueTask<ImportStatus> FindAsync(string name, string field, ServerCallContext context)
    {
        var problems = new Problems();
        var id = problems.Id(name, Names.Operations, field);
        problems.ThrowIfAny();
        var import = await importer.FindAsync(id, context.CancellationToken) ?? throw M2MException.NotFound(name);
        AccessPolicy.AuthorizeOperation(context.Principal(), import.Actor);
        return import;
    }
}
