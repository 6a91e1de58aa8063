using M2MCluster.Grains.Commit;
using Npgsql;
using static NpgsqlTypes.NpgsqlDbType;

namespace M2MCluster.Storage.Postgres;

/// <summary>What a bulk set writes beside its objects.</summary>
internal static class PostgresBulkRows
{
    /// <summary>Changes one row, or none if the version is stale.</summary>
    public static NpgsqlBatchCommand State(in StateWrite write)
    {
        if (write.Body is null)
        {
            return new("DELETE FROM state WHERE kind = $1 AND key = $2 AND version = $3")
            {
                Parameters = { new() { Value = write.Kind }, new() { Value = write.Key }, new() { Value = write.ReadVersion } },
            };
        }

        var sql = write.ReadVersion == 0
            ? "INSERT INTO state (kind, key, version, body, seen_at, online_until) VALUES ($1, $2, $3 + 1, $4, 0, 0) ON CONFLICT DO NOTHING"
            : "UPDATE state SET version = version + 1, body = $4 WHERE kind = $1 AND key = $2 AND version = $3";
        return new(sql)
        {
            Parameters = { new() { Value = write.Kind }, new() { Value = write.Key }, new() { Value = write.ReadVersion }, new() { Value = write.Body } },
        };
    }

    public static void MoveTo(NpgsqlBatch batch, BulkSet set, string sender)
    {
        if (set.ForgetsErrors)
            batch.BatchCommands.Add(new("DELETE FROM import_errors WHERE import_id = $1") { Parameters = { new() { Value = set.State.Key } } });
        var errors = new PostgresRows(
            "INSERT INTO import_errors (import_id, ordinal, line, field, reason) SELECT * FROM unnest($1, $2, $3, $4, $5)", Text, Bigint, Bigint, Text, Text);
        var ordinal = set.FirstError;
        foreach (var error in set.Errors) errors.Add(set.State.Key).Add(ordinal++).Add(error.Line).Add(error.Field).Add(error.Reason);
        errors.MoveTo(batch);
        var audit = new PostgresRows(
            "INSERT INTO audit (id, actor, action, resource, detail) SELECT * FROM unnest($1, $2, $3, $4, $5)", Bigint, Text, Text, Text, Text);
        var lastIds = new PostgresRows("""
            INSERT INTO last_ids AS l (node, id) SELECT * FROM unnest($1, $2)
            ON CONFLICT (node) DO UPDATE SET id = excluded.id WHERE excluded.id > l.id
            """, Bigint, Bigint);
        foreach (var entry in set.Audit) audit.Add(entry.Id).Add(entry.Actor).Add(entry.Action).Add(entry.Resource).Add(entry.Detail);
        audit.MoveTo(batch);
        if (set.Audit.Count > 0) lastIds.Add(TimedIds.NodeOf(set.Audit[^1].Id)).Add(set.Audit.Max(entry => entry.Id));
        lastIds.MoveTo(batch);
        var told = new PostgresRows("SELECT pg_notify(channel, text) FROM unnest($1, $2) AS g (channel, text)", Text, Text);
        foreach (var text in PostgresNews.Texts(sender, [.. set.Objects.Select(made => made.Description.Id)])) told.Add(PostgresNews.Channel).Add(text);
        told.MoveTo(batch);
    }
}
