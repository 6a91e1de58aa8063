using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Importing;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Subscriptions;

namespace M2MCluster.Grains.Importing;

/// <summary>
/// Takes a chunk for all new and writes it at once; only if something of it is there already it looks, sorts out what is the same, what differs and
/// whose names are taken, and writes the rest. What is there is never overwritten: the versions of its rows guard it, and a change goes by its grain.
/// </summary>
internal sealed class ImportSession(ImportServices services, ImportStatus status, long version) : IImportSession
{
    // Others may make objects meanwhile, but hardly the same ones again and again.
    private const int Attempts = 20;

    private readonly long _startedAt = services.Time.GetTimestamp();
    private readonly long _startedWith = status.Processed;
    private readonly ImportSorting _sorting = new(services, status);
    private Task _former = Task.CompletedTask;
    private long _version = version;
    private bool _looksFirst;

    public ImportStatus Status { get; private set; } = status;

    public int ChunkSize => services.Bulk.MostObjects;

    public ValueTask CommitAsync(IReadOnlyList<ImportItem> items, IReadOnlyList<ImportError> errors, long lastLine)
    {
        var former = _former;
        var line = Status.Line;
        _former = Task.Run(() => CommitAsync(items.Where(item => item.Line > line), errors.Where(error => error.Line > line), lastLine, former));
        return new(_former);
    }

    private async Task CommitAsync(IEnumerable<ImportItem> items, IEnumerable<ImportError> errors, long lastLine, Task former)
    {
        // While the former chunk is written: hashing and serialising take as long as that.
        var chunk = new ImportChunk(services, items, errors);
        await former;
        if (lastLine <= Status.Line) return;
        if (!_looksFirst && await TryCommitAsync(chunk, lastLine)) return;
        var attempt = 0;
        do
        {
            if (++attempt > Attempts) throw new M2MException(ErrorCode.Unavailable, "others keep making the objects of this import; try again");
            await _sorting.SortAsync(chunk);
        }
        while (!await TryCommitAsync(chunk, lastLine));

        // Where one line is there already the next often are too, as when an import is done again.
        _looksFirst = chunk.Unchanged + chunk.Updated + chunk.Failed > 0;
    }

    public async ValueTask FinishAsync()
    {
        var now = services.Time.GetUtcNow();
        var ended = Status with { EndedAt = now, ChangedAt = now };
        var set = new WriteSet(services.Log.Write(ended, _version));
        var name = Names.Operations + ended.Id;
        var told = services.Ids.Next();
        set.Audit.Add(new(services.Ids.Next(), ended.Actor, "objects.import", name, $"done: {Counts(ended)}"));
        try
        {
            await services.Pipeline.CommitAsync(set, services.Subscriptions, (addressed, audience) =>
            {
                var feeds = audience.Table.FeedsFor(EventTypes.ObjectsImported, "", []);
                if (feeds.Count > 0) addressed.Events.Add(new(told, EventTypes.ObjectsImported, name, name, EventData.Import(ended), feeds));
                return ValueTask.CompletedTask;
            });
        }
        catch (StaleVersionException)
        {
            throw ImportLog.Overtaken(ended.Id);
        }

        Status = ended;
        _version++;
    }

    private static string Counts(ImportStatus of) => $"{of.Created} created, {of.Unchanged} unchanged, {of.Updated} updated, {of.Failed} failed";

    private async ValueTask<bool> TryCommitAsync(ImportChunk chunk, long lastLine)
    {
        var kept = (int)Math.Clamp(ImportStatus.MostErrorsKept - Status.ErrorsKept, 0, chunk.Errors.Count);
        var next = Status with
        {
            Line = lastLine,
            Created = Status.Created + chunk.New.Count,
            Unchanged = Status.Unchanged + chunk.Unchanged,
            Updated = Status.Updated + chunk.Updated,
            Failed = Status.Failed + chunk.Failed,
            ErrorsKept = Status.ErrorsKept + kept,
            ChangedAt = services.Time.GetUtcNow(),
        };
        next = next with { Rate = (next.Processed - _startedWith) / Math.Max(0.001, services.Time.GetElapsedTime(_startedAt).TotalSeconds) };
        var set = new BulkSet(services.Log.Write(next, _version)) { FirstError = Status.ErrorsKept + 1 };
        foreach (var item in chunk.New) set.Objects.Add(item.Object);
        set.Errors.AddRange(chunk.Errors.Take(kept));
        // The last of the ids: ids go on from the highest that the audit or an event holds.
        set.Audit.Add(new(
            services.Ids.Next(), next.Actor, "objects.import", Names.Operations + next.Id,
            $"lines {Status.Line + 1} to {lastLine}: {chunk.New.Count} created, {chunk.Unchanged} unchanged, {chunk.Updated} updated, {chunk.Failed} failed"));
        try
        {
            if (!await services.Bulk.TryCommitAsync(set)) return false;
        }
        catch (StaleVersionException)
        {
            throw ImportLog.Overtaken(next.Id);
        }

        Status = next;
        _version++;
        return true;
    }
}
