using M2MCluster.Contracts;
using M2MCluster.Contracts.Importing;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Importing;

internal sealed class ObjectImporter(ImportServices services) : IObjectImporter
{
    public async ValueTask<IImportSession> OpenAsync(string actor, string importId, bool update)
    {
        var (status, version) = await services.Log.ReadAsync(importId);
        var now = services.Time.GetUtcNow();
        if (status is not null && status.Actor != actor)
            throw new M2MException(ErrorCode.AlreadyExists, $"{Names.Operations}{importId} is another's import; choose another id", "importId");
        var isNew = status is null || status.EndedAt is not null;
        var next = isNew
            ? new ImportStatus { Id = importId, Actor = actor, Update = update, StartedAt = now, ChangedAt = now }
            : status! with { Update = update, ChangedAt = now, Rate = 0 };
        var set = new BulkSet(services.Log.Write(next, version)) { ForgetsErrors = isNew };
        if (isNew) set.Audit.Add(new(services.Ids.Next(), actor, "objects.import", Names.Operations + importId, "begun"));
        await WriteAsync(set, importId);
        return new ImportSession(services, next, version + 1);
    }

    public async ValueTask<ImportStatus?> FindAsync(string importId, CancellationToken cancellation) => (await services.Log.ReadAsync(importId)).Status;

    public ValueTask<IReadOnlyList<ImportStatus>> ListAsync(string after, int limit, CancellationToken cancellation) =>
        services.Log.ListAsync(after, limit, cancellation);

    public ValueTask<IReadOnlyList<(long Ordinal, ImportError Error)>> ErrorsAsync(
        string importId, long after, int limit, CancellationToken cancellation) => services.Reader.ErrorsAsync(importId, after, limit, cancellation);

    public async ValueTask<ImportStatus> CancelAsync(string actor, string importId)
    {
        // The stream that is under way may write in between; it ends at the first write after this one.
        for (var attempt = 0; ; attempt++)
        {
            var (status, version) = await services.Log.ReadAsync(importId);
            if (status is null) throw M2MException.NotFound(Names.Operations + importId);
            if (status.EndedAt is not null) return status;
            var now = services.Time.GetUtcNow();
            var ended = status with { EndedAt = now, ChangedAt = now, IsCancelled = true };
            var set = new BulkSet(services.Log.Write(ended, version))
            {
                Audit = { new(services.Ids.Next(), actor, "objects.import", Names.Operations + importId, $"cancelled after line {status.Line}") },
            };
            try
            {
                await services.Bulk.TryCommitAsync(set);
                return ended;
            }
            catch (StaleVersionException) when (attempt < 100)
            {
            }
        }
    }

    public async ValueTask DeleteAsync(string actor, string importId)
    {
        var (status, version) = await services.Log.ReadAsync(importId);
        if (status is null) throw M2MException.NotFound(Names.Operations + importId);
        if (status.EndedAt is null) throw new M2MException(ErrorCode.FailedPrecondition, $"{Names.Operations}{importId} is not done; cancel it first");
        await WriteAsync(
            new(ImportLog.Removal(importId, version))
            {
                ForgetsErrors = true,
                Audit = { new(services.Ids.Next(), actor, "operation.delete", Names.Operations + importId, "") },
            },
            importId);
    }

    private async ValueTask WriteAsync(BulkSet set, string importId)
    {
        try
        {
            await services.Bulk.TryCommitAsync(set);
        }
        catch (StaleVersionException)
        {
            throw ImportLog.Overtaken(importId);
        }
    }
}
