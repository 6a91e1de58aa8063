using System.Runtime.InteropServices;
using M2MCluster.Contracts.Events;
using M2MCluster.Grains.Commit;
using Npgsql;
using NpgsqlTypes;

namespace M2MCluster.Storage.Postgres;

/// <summary>
/// The feed rows of a batch. Their heads are locked, in the same order in every silo, then the rows get their numbers, and the locks
/// end with the commit: no number is visible before the one below it.
/// </summary>
internal sealed class PostgresFeedRows
{
    private const string Lock = """
        SELECT 1 FROM unnest($1, $2) AS g (feed, partition) JOIN feed_heads h ON h.feed = g.feed AND h.partition = g.partition
        ORDER BY h.feed, h.partition FOR UPDATE OF h
        """;

    private const string Number = """
        WITH grown AS (
            UPDATE feed_heads h SET seq = h.seq + g.count
            FROM unnest($1, $2, $3) WITH ORDINALITY AS g (feed, partition, count, place)
            WHERE h.feed = g.feed AND h.partition = g.partition RETURNING g.place, h.seq - g.count AS base),
        bases AS (SELECT array_agg(base ORDER BY place) AS base FROM grown)
        INSERT INTO feed (feed, partition, seq, event_id, type, subject, data, trace_parent)
        SELECT ($1)[r.head], ($2)[r.head], bases.base[r.head] + r.step, r.event_id, r.type, r.subject, r.data, r.trace_parent
        FROM bases, (
            SELECT unnest($4) AS head, unnest($5) AS step, unnest($6) AS event_id, unnest($7) AS type, unnest($8) AS subject, unnest($9) AS data,
                unnest($10) AS trace_parent) AS r
        """;

    private readonly Dictionary<(string Feed, int Partition), int> _places = [];
    private readonly List<Head> _heads = [];
    private readonly List<Row> _rows = [];

    public IEnumerable<(string Feed, int Partition)> Heads => _places.Keys;

    public void Add(string feed, EventWrite written)
    {
        var partition = FeedCursor.PartitionOf(written.PartitionKey);
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, (feed, partition), out var known);
        if (!known)
        {
            place = _heads.Count;
            _heads.Add(new(feed, partition, 0));
        }

        ref var head = ref CollectionsMarshal.AsSpan(_heads)[place];
        head = head with { Count = head.Count + 1 };
        _rows.Add(new(place + 1, head.Count, written));
    }

    public void MoveTo(NpgsqlBatch batch)
    {
        if (_rows.Count == 0) return;
        var feeds = Array(_heads, head => head.Feed);
        var partitions = Array(_heads, head => (long)head.Partition);
        batch.BatchCommands.Add(new(Lock) { Parameters = { Text(feeds), Bigint(partitions) } });
        batch.BatchCommands.Add(new(Number)
        {
            Parameters =
            {
                Text(feeds), Bigint(partitions), Bigint(Array(_heads, head => (long)head.Count)),
                Bigint(Array(_rows, row => (long)row.Head)), Bigint(Array(_rows, row => (long)row.Step)),
                Bigint(Array(_rows, row => row.Written.Id)), Text(Array(_rows, row => row.Written.Type)),
                Text(Array(_rows, row => row.Written.Subject)),
                new NpgsqlParameter { Value = Array(_rows, row => row.Written.Data), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
                new NpgsqlParameter { Value = Array(_rows, row => row.Written.TraceParent), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            },
        });
    }

    private static TTo[] Array<TFrom, TTo>(List<TFrom> rows, Func<TFrom, TTo> column)
    {
        var values = new TTo[rows.Count];
        for (var i = 0; i < values.Length; i++) values[i] = column(rows[i]);
        return values;
    }

    private static NpgsqlParameter Text(string[] values) => new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static NpgsqlParameter Bigint(long[] values) => new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };

    private readonly record struct Head(string Feed, int Partition, int Count);

    private readonly record struct Row(int Head, int Step, EventWrite Written);
}
