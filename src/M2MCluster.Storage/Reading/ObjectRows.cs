using System.Data.Common;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Storage.Reading;

/// <summary>
/// Reads objects whole. One that is asked for alone is read at once; while reads are under way, those that come are gathered and read by one
/// statement, so that a storm of activations costs a statement for many and not for each. Thread-safe.
/// </summary>
internal sealed class ObjectRows(IQueries queries, Bodies bodies)
{
    // More at a time gain nothing where the database has two cores, and leave connections for others.
    private const int MostReads = 2;
    private const int MostTogether = 256;

    private readonly Lock _gate = new();
    private readonly Queue<Waiting> _waiting = new();
    private int _reads;

    public async ValueTask<StoredObject?> ReadAsync(string objectId)
    {
        Waiting? waiting = null;
        lock (_gate)
        {
            if (_reads >= MostReads) _waiting.Enqueue(waiting = new(objectId));
            else _reads++;
        }

        if (waiting is not null) return await waiting.Task.ConfigureAwait(false);
        try
        {
            return await ReadOneAsync(objectId).ConfigureAwait(false);
        }
        finally
        {
            GoOn();
        }
    }

    public async ValueTask<IReadOnlyDictionary<string, StoredObject>> ReadAsync(IReadOnlyCollection<string> objectIds)
    {
        var rows = await queries.ListAsync(
            $"""
            SELECT s.version, s.body, s.online_until, o.description, m.body, p.body, s.key
            FROM state s JOIN objects o ON o.id = s.key
            LEFT JOIN messages m ON m.target = '{Names.Objects}' || s.key AND m.outcome IS NULL
            LEFT JOIN messages p ON p.id = m.payload_of
            WHERE s.kind = 'object' AND s.key {queries.IsOneOf("ids")}
            ORDER BY s.key, m.id
            """,
            [("ids", objectIds.ToArray())], row => (Id: row.GetString(6), Row: new ObjectRow(row)), default).ConfigureAwait(false);
        var objects = new Dictionary<string, StoredObject>(objectIds.Count, StringComparer.Ordinal);
        for (var first = 0; first < rows.Count;)
        {
            var next = first + 1;
            while (next < rows.Count && rows[next].Id == rows[first].Id) next++;
            objects.Add(rows[first].Id, Object(rows.GetRange(first, next - first).ConvertAll(row => row.Row)));
            first = next;
        }

        return objects;
    }

    private async ValueTask<StoredObject?> ReadOneAsync(string objectId)
    {
        var rows = await queries.ListAsync(
            """
            SELECT s.version, s.body, s.online_until, o.description, m.body, p.body
            FROM state s JOIN objects o ON o.id = s.key
            LEFT JOIN messages m ON m.target = @target AND m.outcome IS NULL
            LEFT JOIN messages p ON p.id = m.payload_of
            WHERE s.kind = 'object' AND s.key = @id
            ORDER BY m.id
            """,
            [("id", objectId), ("target", Names.Objects + objectId)], row => new ObjectRow(row), default).ConfigureAwait(false);
        return rows.Count == 0 ? null : Object(rows);
    }

    /// <summary>A read has ended: what gathered meanwhile is next, on another thread than that of whoever was served.</summary>
    private void GoOn()
    {
        List<Waiting> together;
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                _reads--;
                return;
            }

            together = [];
            while (together.Count < MostTogether && _waiting.TryDequeue(out var waiting)) together.Add(waiting);
        }

        _ = Task.Run(() => ReadTogetherAsync(together));
    }

    private async Task ReadTogetherAsync(List<Waiting> together)
    {
        try
        {
            var objects = await ReadAsync([.. together.Select(waiting => waiting.ObjectId).Distinct()]).ConfigureAwait(false);
            foreach (var waiting in together) waiting.SetResult(objects.GetValueOrDefault(waiting.ObjectId));
        }
        catch (Exception failure) when (failure is not M2MException && together.Count > 1)
        {
            // Storage is there, and the rows of one of them cannot be understood.
            foreach (var waiting in together) await ReadAloneAsync(waiting).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            foreach (var waiting in together) waiting.TrySetException(failure);
        }
        finally
        {
            GoOn();
        }
    }

    private async ValueTask ReadAloneAsync(Waiting waiting)
    {
        try
        {
            waiting.TrySetResult(await ReadOneAsync(waiting.ObjectId).ConfigureAwait(false));
        }
        catch (Exception failure)
        {
            waiting.TrySetException(failure);
        }
    }

    private StoredObject Object(List<ObjectRow> rows)
    {
        var waiting = new List<MessageRecord>();
        foreach (var row in rows)
        {
            if (row.Message is { } message) waiting.Add(bodies.Message(message, row.Holder));
        }

        return new(rows[0].State, bodies.Description(rows[0].Description), waiting, rows[0].OnlineUntil);
    }

    private readonly struct ObjectRow(DbDataReader row)
    {
        public StoredState State { get; } = new(row.GetInt64(0), row.Bytes(1));
        public long OnlineUntil { get; } = row.GetInt64(2);
        public byte[] Description { get; } = row.Bytes(3);
        public byte[]? Message { get; } = row.BytesOrNull(4);
        public byte[]? Holder { get; } = row.BytesOrNull(5);
    }

    private sealed class Waiting(string objectId) : TaskCompletionSource<StoredObject?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public string ObjectId { get; } = objectId;
    }
}
