using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Grains.Commit;
using M2MCluster.Storage.Commit;
using M2MCluster.Storage.Sweeping;
using SQLitePCL;

namespace M2MCluster.Storage.Sqlite;

/// <summary>Sets one after the other in one transaction: the state row first, and if that is stale, nothing else of the set.</summary>
internal sealed class SqliteBatchWriter(SqliteFile file) : IBatchWriter
{
    private sqlite3? _database;
    private SqliteStatements? _statements;
    private SqliteFeeds? _feeds;
    private SqliteBulkRows? _bulk;
    private long _lastId;
    private long _storedLastId;
    private AudienceVersions _audience;
    private AudienceVersions _storedAudience;

    public void Write(IReadOnlyList<CommitEntry> batch)
    {
        Open();
        SqliteFile.Execute(_database!, "BEGIN IMMEDIATE");
        try
        {
            foreach (var entry in batch)
            {
                if (entry.Acknowledgement is { } acknowledgement) Acknowledge(acknowledgement);
                else if (entry.Sweep is { } sweep) Delete(sweep);
                else if (entry.Bulk is { } bulk) Bulk(entry, bulk);
                else if (entry.Set!.Audience is { } audience && !audience.HoldsBeside(_audience)) entry.Refusal = new OutdatedAudienceException(_audience);
                else if (State(entry.Set.State)) Rows(entry, entry.Set);
                else entry.Refusal = new StaleVersionException($"{entry.Set.State.Kind} {entry.Set.State.Key} was written by another activation");
            }

            _feeds!.Save();
            if (_lastId > _storedLastId) _statements!.LastId.Bind(TimedIds.NodeOf(_lastId)).Bind(_lastId).Execute();
            if (_audience != _storedAudience) _statements!.Hearing.Bind(_audience.Subscriptions).Bind(_audience.Membership).Execute();
            SqliteFile.Execute(_database!, "COMMIT");
            _storedLastId = _lastId;
            _storedAudience = _audience;
        }
        catch
        {
            Close();
            throw;
        }
    }

    public void Dispose() => Close();

    private void Open()
    {
        if (_database is not null) return;
        _database = file.Open();
        _statements = new(_database);
        _feeds = new(_statements);
        _audience = _storedAudience = _statements.ReadHearing();
    }

    // After a failure nothing that was remembered of the database is trusted; closing rolls back.
    private void Close()
    {
        _statements?.Dispose();
        _bulk?.Dispose();
        _database?.Dispose();
        _statements = null;
        _bulk = null;
        _database = null;
        _storedLastId = 0;
    }

    private bool State(in StateWrite write)
    {
        var statements = _statements!;
        if (write.Body is null)
        {
            return write.ReadVersion == 0
                ? !Exists(write)
                : statements.DeleteState.Bind(write.Kind).Bind(write.Key).Bind(write.ReadVersion).Execute() == 1;
        }

        var changed = write.ReadVersion == 0
            ? statements.InsertState.Bind(write.Kind).Bind(write.Key).Bind(write.Body).Bind(write.SeenAt).Bind(write.OnlineUntil).Execute()
            : statements.UpdateState.Bind(write.Body).Bind(write.SeenAt).Bind(write.OnlineUntil)
                .Bind(write.Kind).Bind(write.Key).Bind(write.ReadVersion).Execute();
        return changed == 1;
    }

    private bool Exists(in StateWrite write)
    {
        var exists = _statements!.HasState.Bind(write.Kind).Bind(write.Key).Step();
        _statements.HasState.Reset();
        return exists;
    }

    private void Bulk(CommitEntry entry, BulkSet set)
    {
        _bulk ??= new(_database!);
        entry.Refusal = _bulk.Write(set, entry.BulkRows!, _statements!, write => State(write));
        if (entry.Refusal is not null) return;
        foreach (var audit in set.Audit) Saw(audit.Id);
    }

    private void Delete(Sweep sweep)
    {
        using var statement = new SqliteStatement(_database!, sweep.Sql);
        foreach (var value in sweep.Values)
        {
            if (value is string text) statement.Bind(text);
            else statement.Bind((long)value);
        }

        statement.Execute();
    }

    private void Acknowledge(Acknowledgement acknowledgement)
    {
        for (var partition = 0; partition < FeedCursor.Partitions; partition++)
        {
            var sequence = acknowledgement.Cursor[partition];
            if (sequence > 0) _statements!.Acknowledge.Bind(acknowledgement.Feed).Bind(partition).Bind(sequence).Execute();
        }
    }

    private void Rows(CommitEntry entry, WriteSet set)
    {
        var statements = _statements!;
        foreach (var report in set.Reports)
        {
            statements.InsertReport.Bind(report.Id).Bind(report.ObjectId).Bind(report.ContentType).Bind(report.Payload)
                .Bind(report.GivenName).Bind(report.Via).Bind(report.Fault).Execute();
            Saw(report.Id);
        }

        foreach (var written in set.Events)
        {
            foreach (var feed in written.Feeds) _feeds!.Append(feed, written);
            Saw(written.Id);
        }

        foreach (var row in entry.Messages)
        {
            var record = row.Record;
            statements.Message.Bind(record.Id.Value).Bind(record.Target).Bind(record.Parent?.Value).Bind(record.Application)
                .Bind(record.RequestId).Bind((long?)record.Outcome).Bind(record.EndedAt?.ToUnixTimeMilliseconds()).Bind(record.Priority).Bind(record.ContentType)
                .Bind(record.Payload.Length).Bind(row.PayloadOf).Bind(row.Body).Bind(record.OpenAt).Execute();
            Saw(record.Id.Value);
        }

        foreach (var due in set.Disarm) statements.Disarm.Bind(DueTime.ShardOf(due.ObjectId)).Bind(due.At).Bind(due.ObjectId).Execute();
        foreach (var due in set.Arm) statements.Arm.Bind(DueTime.ShardOf(due.ObjectId)).Bind(due.At).Bind(due.ObjectId).Execute();
        if (entry.Description is { } body)
            statements.Object.Bind(set.Description!.Id).Bind((long)set.Description.Kind).Bind(set.Description.Gateway).Bind(body).Execute();
        Rare(entry, set, statements);
        foreach (var audit in set.Audit)
        {
            statements.Audit.Bind(audit.Id).Bind(audit.Actor).Bind(audit.Action).Bind(audit.Resource).Bind(audit.Detail).Execute();
            Saw(audit.Id);
        }
    }

    private void Rare(CommitEntry entry, WriteSet set, SqliteStatements statements)
    {
        _audience = new(_audience.Subscriptions + (set.ChangesSubscriptions ? 1 : 0), _audience.Membership + (set.ChangesMembership ? 1 : 0));
        if (set.RemovedObject is { } removedObject) statements.RemoveObject(removedObject);
        if (entry.Application is { } application) statements.Application.Bind(set.Application!.Id).Bind(application).Execute();
        if (set.RemovedApplication is { } removedApplication) RemoveApplication(removedApplication, statements);
        if (entry.Group is { } group) statements.Group.Bind(set.Group!.Id).Bind(group).Bind(set.Group.HasRules ? 1 : 0).Execute();
        if (set.RemovedGroup is { } removedGroup) statements.RemoveGroup(removedGroup);
        if (entry.ReportTask is { } task) statements.ReportTask.Bind(set.ReportTask!.Id).Bind(set.ReportTask.Terms.Application).Bind(set.ReportTask.Terms.Target).Bind(task).Execute();
        if (set.RemovedReportTask is { } removedTask) statements.RemoveReportTask.Bind(removedTask).Execute();
        foreach (var key in set.Keys)
        {
            if (key.Removed) statements.RemoveKey.Bind(key.Hash).Execute();
            else statements.AddKey.Bind(key.Hash).Bind(key.Application).Execute();
        }

        for (var i = 0; i < set.Subscriptions.Count; i++)
        {
            var subscription = set.Subscriptions[i].Subscription;
            if (set.Subscriptions[i].Removed)
            {
                statements.RemoveSubscription.Bind(subscription.Application).Bind(subscription.Id).Execute();
                if (subscription.Webhook is not null) _feeds!.Drop(subscription.Feed);
            }
            else
            {
                statements.AddSubscription.Bind(subscription.Application).Bind(subscription.Id).Bind(subscription.Feed)
                    .Bind(entry.Subscriptions[i]).Execute();
            }
        }

        foreach (var member in set.Members)
            (member.Removed ? statements.RemoveMember : statements.AddMember).Bind(member.Group).Bind(member.ObjectId).Execute();
        foreach (var chunk in set.Targets) statements.Targets.Bind(chunk.Campaign).Bind(chunk.Ordinal).Bind(chunk.Body).Execute();
        if (set.RemovedTargets is { } campaign) statements.RemoveTargets.Bind(campaign).Execute();
    }

    private void RemoveApplication(string application, SqliteStatements statements)
    {
        foreach (var feed in statements.FeedsOf(application)) _feeds!.Drop(feed);
        _feeds!.Drop(application);
        statements.RemoveApplication(application);
    }

    private void Saw(long id) => _lastId = Math.Max(_lastId, id);
}
