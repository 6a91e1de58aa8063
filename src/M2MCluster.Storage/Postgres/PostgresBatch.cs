using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Grains.Commit;
using M2MCluster.Storage.Commit;
using M2MCluster.Storage.Sweeping;
using Npgsql;
using static NpgsqlTypes.NpgsqlDbType;

namespace M2MCluster.Storage.Postgres;

/// <summary>The rows of many write sets, table by table, for one round trip. Used once.</summary>
internal sealed class PostgresBatch
{
    public const string DisarmSql = """
        DELETE FROM due d USING unnest($1, $2, $3) AS g (shard, at, object_id)
        WHERE d.shard = g.shard AND d.at = g.at AND d.object_id = g.object_id
        """;

    public const string ArmSql = """
        INSERT INTO due (shard, at, object_id) SELECT * FROM unnest($1, $2, $3) ON CONFLICT DO NOTHING
        """;

    public const string LastIdsSql = """
        INSERT INTO last_ids AS l (node, id) SELECT * FROM unnest($1, $2)
        ON CONFLICT (node) DO UPDATE SET id = excluded.id WHERE excluded.id > l.id
        """;

    private readonly PostgresStateRows _states = new();
    private readonly PostgresFeedRows _feeds = new();

    private readonly PostgresRows _reports = new("""
        INSERT INTO reports (id, object_id, content_type, payload, given_name, via, fault)
        SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6), unnest($7)
        """, Bigint, Text, Text, Bytea, Bytea, Text, Text);

    // The last of several rows of one id holds.
    private readonly PostgresRows _messages = new("""
        INSERT INTO messages (id, target, parent, application, request_id, outcome, ended_at, priority, content_type, size, payload_of, body, open_at)
        SELECT DISTINCT ON (id) id, target, parent, application, request_id, outcome, ended_at, priority, content_type, size, payload_of, body, open_at
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            AS u (place, id, target, parent, application, request_id, outcome, ended_at, priority, content_type, size, payload_of, body, open_at)
        ORDER BY id, place DESC
        ON CONFLICT (id) DO UPDATE SET target = excluded.target, parent = excluded.parent, application = excluded.application,
            request_id = excluded.request_id, outcome = excluded.outcome, ended_at = excluded.ended_at, priority = excluded.priority,
            content_type = excluded.content_type, size = excluded.size, payload_of = excluded.payload_of, body = excluded.body, open_at = excluded.open_at
        """, Bigint, Bigint, Text, Bigint, Text, Text, Bigint, Bigint, Bigint, Text, Bigint, Bigint, Bytea, Bigint);

    private readonly PostgresRows _objects = new("""
        INSERT INTO objects (id, kind, gateway, description) SELECT * FROM unnest($1, $2, $3, $4)
        ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, gateway = excluded.gateway, description = excluded.description
        """, Text, Bigint, Text, Bytea);

    private readonly PostgresRows _disarm = new(DisarmSql, Bigint, Bigint, Text);

    private readonly PostgresRows _arm = new(ArmSql, Bigint, Bigint, Text);

    private readonly PostgresRows _audit = new("""
        INSERT INTO audit (id, actor, action, resource, detail) SELECT * FROM unnest($1, $2, $3, $4, $5)
        """, Bigint, Text, Text, Text, Text);

    private readonly PostgresRows _acknowledgements = new("""
        INSERT INTO feed_acknowledgements AS a (feed, partition, seq)
        SELECT feed, partition, max(seq) FROM unnest($1, $2, $3) AS g (feed, partition, seq)
        GROUP BY feed, partition ORDER BY feed, partition
        ON CONFLICT (feed, partition) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > a.seq
        """, Text, Bigint, Bigint);

    private readonly PostgresRows _lastIds = new(LastIdsSql, Bigint, Bigint);

    private readonly PostgresRows _news = new("SELECT pg_notify(channel, text) FROM unnest($1, $2) AS g (channel, text)", Text, Text);
    private readonly PostgresRareRows _rare = new();
    private readonly SortedDictionary<int, long> _ids = [];
    private readonly PostgresAudience _audience = new();
    private readonly List<Sweep> _sweeps = [];
    private readonly List<string> _inboxes = [];
    private long _message;

    public IEnumerable<(string Feed, int Partition)> FeedHeads => _feeds.Heads;

    public void Add(int place, CommitEntry entry)
    {
        if (entry.Acknowledgement is { } acknowledgement) Acknowledge(acknowledgement);
        if (entry.Sweep is { } sweep) _sweeps.Add(sweep);
        if (entry.Set is not { } set) return;
        _states.Add(place, set.State);
        _audience.Add(set);
        foreach (var report in set.Reports)
        {
            _reports.Add(report.Id).Add(report.ObjectId).Add(report.ContentType).Add(report.Payload).Add(report.GivenName)
                .Add(report.Via).Add(report.Fault);
            Saw(report.Id);
        }

        foreach (var written in set.Events)
        {
            foreach (var feed in written.Feeds) _feeds.Add(feed, written);
            Saw(written.Id);
        }

        foreach (var row in entry.Messages)
        {
            var record = row.Record;
            _messages.Add(_message++).Add(record.Id.Value).Add(record.Target).Add(record.Parent?.Value).Add(record.Application)
                .Add(record.RequestId).Add((long?)record.Outcome).Add(record.EndedAt?.ToUnixTimeMilliseconds()).Add(record.Priority).Add(record.ContentType).Add(record.Payload.Length)
                .Add(row.PayloadOf).Add(row.Body).Add(record.OpenAt);
            // Its id was seen when it was accepted. One of another silo's must not make this batch wait for the row that each batch of that silo locks.
            if (record.Outcome is null) Saw(record.Id.Value);
        }

        foreach (var due in set.Disarm) _disarm.Add(DueTime.ShardOf(due.ObjectId)).Add(due.At).Add(due.ObjectId);
        foreach (var due in set.Arm) _arm.Add(DueTime.ShardOf(due.ObjectId)).Add(due.At).Add(due.ObjectId);
        if (entry.Description is { } body)
            _objects.Add(set.Description!.Id).Add((long)set.Description.Kind).Add(set.Description.Gateway).Add(body);
        foreach (var audit in set.Audit)
        {
            _audit.Add(audit.Id).Add(audit.Actor).Add(audit.Action).Add(audit.Resource).Add(audit.Detail);
            Saw(audit.Id);
        }

        _inboxes.AddRange(set.Inboxes);
        _rare.Add(entry, set);
    }

    /// <param name="sender">This pipeline, which knows its own news already.</param>
    public void MoveTo(NpgsqlBatch batch, string sender)
    {
        foreach (var sweep in _sweeps)
        {
            var command = new NpgsqlBatchCommand(sweep.Sql);
            foreach (var value in sweep.Values) command.Parameters.Add(new() { Value = value });
            batch.BatchCommands.Add(command);
        }

        _states.MoveTo(batch);
        _reports.MoveTo(batch);
        _messages.MoveTo(batch);
        _disarm.MoveTo(batch);
        _arm.MoveTo(batch);
        _objects.MoveTo(batch);
        _audit.MoveTo(batch);
        _acknowledgements.MoveTo(batch);
        _rare.MoveTo(batch);
        foreach (var (node, id) in _ids) _lastIds.Add(node).Add(id);
        _lastIds.MoveTo(batch);
        foreach (var text in PostgresNews.Texts(sender, _inboxes)) _news.Add(PostgresNews.Channel).Add(text);
        _news.MoveTo(batch);
        _audience.MoveTo(batch);
        _feeds.MoveTo(batch);
        _rare.MoveEndTo(batch);
    }

    private void Acknowledge(Acknowledgement acknowledgement)
    {
        for (var partition = 0; partition < FeedCursor.Partitions; partition++)
        {
            var sequence = acknowledgement.Cursor[partition];
            if (sequence > 0) _acknowledgements.Add(acknowledgement.Feed).Add(partition).Add(sequence);
        }
    }

    private void Saw(long id)
    {
        var node = TimedIds.NodeOf(id);
        if (!_ids.TryGetValue(node, out var last) || id > last) _ids[node] = id;
    }
}
