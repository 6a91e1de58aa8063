using M2MCluster.Grains.Commit;
using M2MCluster.Storage.Commit;
using Npgsql;
using static NpgsqlTypes.NpgsqlDbType;

namespace M2MCluster.Storage.Postgres;

/// <summary>What applications, groups and operators change.</summary>
internal sealed class PostgresRareRows
{
    private readonly PostgresRows _removedObjects = new("DELETE FROM objects WHERE id = ANY($1)", Text);
    private readonly PostgresRows _leftGroups = new("DELETE FROM members WHERE object_id = ANY($1)", Text);
    private readonly PostgresRows _erasures = new("""
        INSERT INTO erasures (object_id, up_to)
        SELECT g.object_id, (SELECT max(r.id) FROM reports r WHERE r.object_id = g.object_id) FROM unnest($1) AS g (object_id)
        WHERE EXISTS (SELECT FROM reports r WHERE r.object_id = g.object_id)
        ON CONFLICT (object_id) DO UPDATE SET up_to = excluded.up_to
        """, Text);

    private readonly PostgresRows _applications = new("""
        INSERT INTO applications (id, body) SELECT * FROM unnest($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body
        """, Text, Bytea);

    private readonly PostgresRows _groups = new("""
        INSERT INTO groups (id, body, rules) SELECT * FROM unnest($1, $2, $3) ON CONFLICT (id) DO UPDATE SET body = excluded.body, rules = excluded.rules
        """, Text, Bytea, Bigint);

    private readonly PostgresRows _removedGroups = new("DELETE FROM groups WHERE id = ANY($1)", Text);
    private readonly PostgresRows _emptiedGroups = new("DELETE FROM members WHERE group_id = ANY($1)", Text);
    private readonly PostgresRows _tasks = new("""
        INSERT INTO report_tasks (id, application, target, body) SELECT * FROM unnest($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE SET body = excluded.body
        """, Text, Text, Text, Bytea);

    private readonly PostgresRows _removedTasks = new("DELETE FROM report_tasks WHERE id = ANY($1)", Text);
    private readonly PostgresRows _keys = new("""
        INSERT INTO api_keys (hash, application) SELECT * FROM unnest($1, $2)
        ON CONFLICT (hash) DO UPDATE SET application = excluded.application
        """, Bytea, Text);

    private readonly PostgresRows _removedKeys = new("DELETE FROM api_keys WHERE hash = ANY($1)", Bytea);
    private readonly PostgresRows _subscriptions = new("""
        INSERT INTO subscriptions (application, id, feed, body) SELECT * FROM unnest($1, $2, $3, $4)
        ON CONFLICT (application, id) DO UPDATE SET feed = excluded.feed, body = excluded.body
        """, Text, Text, Text, Bytea);

    private readonly PostgresRows _removedSubscriptions = new("""
        DELETE FROM subscriptions s USING unnest($1, $2) AS g (application, id) WHERE s.application = g.application AND s.id = g.id
        """, Text, Text);

    private readonly PostgresRows _members = new("""
        INSERT INTO members (group_id, object_id) SELECT * FROM unnest($1, $2) ON CONFLICT DO NOTHING
        """, Text, Text);

    private readonly PostgresRows _removedMembers = new("""
        DELETE FROM members m USING unnest($1, $2) AS g (group_id, object_id) WHERE m.group_id = g.group_id AND m.object_id = g.object_id
        """, Text, Text);

    private readonly PostgresRows _droppedFeeds = new("UPDATE feed_heads SET floor = seq WHERE feed = ANY($1)", Text);
    private readonly PostgresRows _droppedFeedsOf = new("""
        UPDATE feed_heads SET floor = seq
        WHERE feed = ANY($1) OR feed IN (SELECT s.feed FROM subscriptions s WHERE s.application = ANY($1))
        """, Text);

    private readonly PostgresRows _removedApplications = new("DELETE FROM applications WHERE id = ANY($1)", Text);
    private readonly PostgresRows _lostKeys = new("DELETE FROM api_keys WHERE application = ANY($1)", Text);
    private readonly PostgresRows _lostSubscriptions = new("DELETE FROM subscriptions WHERE application = ANY($1)", Text);

    private readonly PostgresRows _targets = new("INSERT INTO campaign_targets (campaign, ordinal, body) SELECT * FROM unnest($1, $2, $3)", Bigint, Bigint, Bytea);
    private readonly PostgresRows _removedTargets = new("DELETE FROM campaign_targets WHERE campaign = ANY($1)", Bigint);

    // The last word on a member holds.
    private readonly Dictionary<(string Group, string ObjectId), bool> _memberWrites = [];

    public void Add(CommitEntry entry, WriteSet set)
    {
        if (set.RemovedObject is { } removedObject)
        {
            _removedObjects.Add(removedObject);
            _leftGroups.Add(removedObject);
            _erasures.Add(removedObject);
        }

        if (entry.Application is { } application) _applications.Add(set.Application!.Id).Add(application);
        if (entry.Group is { } group) _groups.Add(set.Group!.Id).Add(group).Add(set.Group.HasRules ? 1 : 0);
        if (set.RemovedGroup is { } removedGroup)
        {
            _removedGroups.Add(removedGroup);
            _emptiedGroups.Add(removedGroup);
        }

        if (entry.ReportTask is { } task) _tasks.Add(set.ReportTask!.Id).Add(set.ReportTask.Terms.Application).Add(set.ReportTask.Terms.Target).Add(task);
        if (set.RemovedReportTask is { } removedTask) _removedTasks.Add(removedTask);
        if (set.RemovedApplication is { } removedApplication)
        {
            _droppedFeedsOf.Add(removedApplication);
            _removedApplications.Add(removedApplication);
            _lostKeys.Add(removedApplication);
            _lostSubscriptions.Add(removedApplication);
        }

        foreach (var key in set.Keys)
        {
            if (key.Removed) _removedKeys.Add(key.Hash);
            else _keys.Add(key.Hash).Add(key.Application);
        }

        for (var i = 0; i < set.Subscriptions.Count; i++)
        {
            var subscription = set.Subscriptions[i].Subscription;
            if (!set.Subscriptions[i].Removed)
            {
                _subscriptions.Add(subscription.Application).Add(subscription.Id).Add(subscription.Feed).Add(entry.Subscriptions[i]);
                continue;
            }

            _removedSubscriptions.Add(subscription.Application).Add(subscription.Id);
            if (subscription.Webhook is not null) _droppedFeeds.Add(subscription.Feed);
        }

        foreach (var member in set.Members) _memberWrites[(member.Group, member.ObjectId)] = member.Removed;
        foreach (var chunk in set.Targets) _targets.Add(chunk.Campaign).Add(chunk.Ordinal).Add(chunk.Body);
        if (set.RemovedTargets is { } campaign) _removedTargets.Add(campaign);
    }

    public void MoveTo(NpgsqlBatch batch)
    {
        foreach (var ((group, objectId), removed) in _memberWrites) (removed ? _removedMembers : _members).Add(group).Add(objectId);
        foreach (var rows in new[]
        {
            _removedObjects, _leftGroups, _erasures, _applications, _removedGroups, _emptiedGroups, _groups, _removedKeys, _keys,
            _removedSubscriptions, _subscriptions, _removedMembers, _members, _removedTasks, _tasks, _targets, _removedTargets,
        }) rows.MoveTo(batch);
    }

    /// <summary>What comes after the feeds have grown.</summary>
    public void MoveEndTo(NpgsqlBatch batch)
    {
        foreach (var rows in new[] { _droppedFeeds, _droppedFeedsOf, _removedApplications, _lostKeys, _lostSubscriptions }) rows.MoveTo(batch);
    }
}
