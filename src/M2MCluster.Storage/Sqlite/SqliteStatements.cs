using M2MCluster.Grains.Commit;
using SQLitePCL;

namespace M2MCluster.Storage.Sqlite;

/// <summary>Everything that the writer says to the database, prepared once.</summary>
internal sealed class SqliteStatements(sqlite3 database) : IDisposable
{
    private readonly SqliteStatement _removeObject = new(database, "DELETE FROM objects WHERE id = ?");
    private readonly SqliteStatement _leaveGroups = new(database, "DELETE FROM members WHERE object_id = ?");
    private readonly SqliteStatement _eraseReports = new(database, """
        INSERT INTO erasures (object_id, up_to) SELECT object_id, max(id) FROM reports WHERE object_id = ? GROUP BY object_id
        ON CONFLICT (object_id) DO UPDATE SET up_to = excluded.up_to
        """);

    private readonly SqliteStatement _removeApplication = new(database, "DELETE FROM applications WHERE id = ?");
    private readonly SqliteStatement _removeKeys = new(database, "DELETE FROM api_keys WHERE application = ?");
    private readonly SqliteStatement _removeSubscriptions = new(database, "DELETE FROM subscriptions WHERE application = ?");
    private readonly SqliteStatement _feedsOf = new(database, "SELECT feed FROM subscriptions WHERE application = ?");
    private readonly SqliteStatement _removeGroup = new(database, "DELETE FROM groups WHERE id = ?");
    private readonly SqliteStatement _removeMembers = new(database, "DELETE FROM members WHERE group_id = ?");

    private readonly SqliteStatement _readHearing = new(database, "SELECT subscriptions, membership FROM hearing");

    public SqliteStatement Hearing { get; } = new(database, "UPDATE hearing SET subscriptions = ?, membership = ?");

    public SqliteStatement InsertState { get; } = new(database, """
        INSERT INTO state (kind, key, version, body, seen_at, online_until) VALUES (?, ?, 1, ?, ?, ?) ON CONFLICT DO NOTHING
        """);

    public SqliteStatement UpdateState { get; } = new(database, """
        UPDATE state SET version = version + 1, body = ?, seen_at = ?, online_until = ? WHERE kind = ? AND key = ? AND version = ?
        """);

    public SqliteStatement DeleteState { get; } = new(database, "DELETE FROM state WHERE kind = ? AND key = ? AND version = ?");

    public SqliteStatement HasState { get; } = new(database, "SELECT 1 FROM state WHERE kind = ? AND key = ?");

    public SqliteStatement InsertReport { get; } = new(database, """
        INSERT INTO reports (id, object_id, content_type, payload, given_name, via, fault) VALUES (?, ?, ?, ?, ?, ?, ?)
        """);

    // What a message is searched by never changes but for its outcome; to replace the row would write five indexes anew.
    public SqliteStatement Message { get; } = new(database, """
        INSERT INTO messages
            (id, target, parent, application, request_id, outcome, ended_at, priority, content_type, size, payload_of, body, open_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET outcome = excluded.outcome, ended_at = excluded.ended_at, payload_of = excluded.payload_of, body = excluded.body, open_at = excluded.open_at
        """);

    public SqliteStatement InsertFeed { get; } = new(database, """
        INSERT INTO feed (feed, partition, seq, event_id, type, subject, data, trace_parent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """);

    public SqliteStatement Heads { get; } = new(database, "SELECT partition, seq FROM feed_heads WHERE feed = ?");

    public SqliteStatement Head { get; } = new(database, """
        INSERT INTO feed_heads (feed, partition, seq) VALUES (?, ?, ?) ON CONFLICT (feed, partition) DO UPDATE SET seq = excluded.seq
        """);

    public SqliteStatement DropFeed { get; } = new(database, "UPDATE feed_heads SET floor = seq WHERE feed = ?");

    public SqliteStatement Acknowledge { get; } = new(database, """
        INSERT INTO feed_acknowledgements (feed, partition, seq) VALUES (?, ?, ?)
        ON CONFLICT (feed, partition) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > seq
        """);

    public SqliteStatement Arm { get; } = new(database, "INSERT INTO due (shard, at, object_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");

    public SqliteStatement Disarm { get; } = new(database, "DELETE FROM due WHERE shard = ? AND at = ? AND object_id = ?");

    public SqliteStatement Object { get; } = new(database, """
        INSERT OR REPLACE INTO objects (id, kind, gateway, description) VALUES (?, ?, ?, ?)
        """);

    public SqliteStatement Application { get; } = new(database, "INSERT OR REPLACE INTO applications (id, body) VALUES (?, ?)");

    public SqliteStatement Group { get; } = new(database, "INSERT OR REPLACE INTO groups (id, body, rules) VALUES (?, ?, ?)");

    public SqliteStatement ReportTask { get; } = new(database, "INSERT OR REPLACE INTO report_tasks (id, application, target, body) VALUES (?, ?, ?, ?)");

    public SqliteStatement RemoveReportTask { get; } = new(database, "DELETE FROM report_tasks WHERE id = ?");

    public SqliteStatement AddKey { get; } = new(database, "INSERT OR REPLACE INTO api_keys (hash, application) VALUES (?, ?)");

    public SqliteStatement RemoveKey { get; } = new(database, "DELETE FROM api_keys WHERE hash = ?");

    public SqliteStatement AddSubscription { get; } = new(database, """
        INSERT OR REPLACE INTO subscriptions (application, id, feed, body) VALUES (?, ?, ?, ?)
        """);

    public SqliteStatement RemoveSubscription { get; } = new(database, "DELETE FROM subscriptions WHERE application = ? AND id = ?");

    public SqliteStatement AddMember { get; } = new(database, """
        INSERT INTO members (group_id, object_id) VALUES (?, ?) ON CONFLICT DO NOTHING
        """);

    public SqliteStatement RemoveMember { get; } = new(database, "DELETE FROM members WHERE group_id = ? AND object_id = ?");

    public SqliteStatement Audit { get; } = new(database, """
        INSERT INTO audit (id, actor, action, resource, detail) VALUES (?, ?, ?, ?, ?)
        """);

    public SqliteStatement LastId { get; } = new(database, """
        INSERT INTO last_ids (node, id) VALUES (?, ?) ON CONFLICT (node) DO UPDATE SET id = excluded.id WHERE excluded.id > id
        """);

    public SqliteStatement Targets { get; } = new(database, "INSERT INTO campaign_targets (campaign, ordinal, body) VALUES (?, ?, ?)");

    public SqliteStatement RemoveTargets { get; } = new(database, "DELETE FROM campaign_targets WHERE campaign = ?");

    public AudienceVersions ReadHearing()
    {
        if (!_readHearing.Step()) throw new InvalidOperationException("the database lacks the row of who hears");
        var versions = new AudienceVersions(_readHearing.Long(0), _readHearing.Long(1));
        _readHearing.Reset();
        return versions;
    }

    public void RemoveObject(string id)
    {
        _removeObject.Bind(id).Execute();
        _leaveGroups.Bind(id).Execute();
        _eraseReports.Bind(id).Execute();
    }

    public void RemoveApplication(string id)
    {
        _removeApplication.Bind(id).Execute();
        _removeKeys.Bind(id).Execute();
        _removeSubscriptions.Bind(id).Execute();
    }

    public void RemoveGroup(string id)
    {
        _removeGroup.Bind(id).Execute();
        _removeMembers.Bind(id).Execute();
    }

    /// <summary>The feeds of the application's subscriptions.</summary>
    public IReadOnlyList<string> FeedsOf(string application)
    {
        var feeds = new List<string>();
        _feedsOf.Bind(application);
        while (_feedsOf.Step()) feeds.Add(_feedsOf.Text(0));
        _feedsOf.Reset();
        return feeds;
    }

    public void Dispose()
    {
        foreach (var statement in new[]
        {
            _removeObject, _leaveGroups, _eraseReports, _removeApplication, _removeKeys, _removeSubscriptions, _feedsOf, _removeGroup,
            _removeMembers, InsertState, UpdateState, DeleteState, HasState, InsertReport, Message, InsertFeed, Heads, Head, DropFeed,
            Acknowledge, Arm, Disarm, Object, Application, Group, AddKey, RemoveKey, AddSubscription, RemoveSubscription, AddMember,
            RemoveMember, ReportTask, RemoveReportTask, Targets, RemoveTargets, Audit, LastId, Hearing, _readHearing,
        }) statement.Dispose();
    }
}
