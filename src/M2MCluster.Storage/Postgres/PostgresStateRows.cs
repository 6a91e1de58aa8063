using M2MCluster.Grains.Commit;
using Npgsql;
using static NpgsqlTypes.NpgsqlDbType;

namespace M2MCluster.Storage.Postgres;

/// <summary>
/// The state rows of a batch, guarded by their versions: each statement ends the transaction when one of its rows is stale, and
/// tells which.
/// </summary>
internal sealed class PostgresStateRows
{
    private readonly PostgresRows _insert = new("""
        WITH given AS MATERIALIZED (
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6) AS u (place, kind, key, body, seen_at, online_until)),
        done AS (
            INSERT INTO state (kind, key, version, body, seen_at, online_until)
            SELECT kind, key, 1, body, seen_at, online_until FROM given ORDER BY kind, key
            ON CONFLICT DO NOTHING RETURNING kind, key)
        SELECT m2m_refuse(array_agg(place)) FROM given WHERE (kind, key) NOT IN (SELECT kind, key FROM done) HAVING count(*) > 0
        """, Bigint, Text, Text, Bytea, Bigint, Bigint);

    // The most frequent of all: what is stale is only looked for when something is. Arrays are unnested in the list of columns, which hands row by row
    // to the join; in FROM, each array would be stored first.
    private readonly PostgresRows _update = new("""
        WITH done AS (
            UPDATE state s SET version = g.version + 1, body = g.body, seen_at = g.seen_at, online_until = g.online_until
            FROM (
                SELECT unnest($1) AS place, unnest($2) AS kind, unnest($3) AS key, unnest($4) AS version, unnest($5) AS body,
                    unnest($6) AS seen_at, unnest($7) AS online_until) g
            WHERE s.kind = g.kind AND s.key = g.key AND s.version = g.version RETURNING g.place)
        SELECT m2m_refuse(ARRAY(SELECT unnest($1) EXCEPT SELECT place FROM done)) WHERE (SELECT count(*) FROM done) <> cardinality($1)
        """, Bigint, Text, Text, Bigint, Bytea, Bigint, Bigint);

    private readonly PostgresRows _delete = new("""
        WITH given AS MATERIALIZED (SELECT * FROM unnest($1, $2, $3, $4) AS u (place, kind, key, version)),
        done AS (
            DELETE FROM state s USING given g
            WHERE s.kind = g.kind AND s.key = g.key AND s.version = g.version RETURNING g.place)
        SELECT m2m_refuse(array_agg(place)) FROM given WHERE place NOT IN (SELECT place FROM done) HAVING count(*) > 0
        """, Bigint, Text, Text, Bigint);

    private readonly PostgresRows _absent = new("""
        SELECT m2m_refuse(array_agg(g.place))
        FROM unnest($1, $2, $3) AS g (place, kind, key) JOIN state s ON s.kind = g.kind AND s.key = g.key HAVING count(*) > 0
        """, Bigint, Text, Text);

    public void Add(int place, in StateWrite write)
    {
        switch (write)
        {
            case { Body: null, ReadVersion: 0 }:
                _absent.Add(place).Add(write.Kind).Add(write.Key);
                break;
            case { Body: null }:
                _delete.Add(place).Add(write.Kind).Add(write.Key).Add(write.ReadVersion);
                break;
            case { ReadVersion: 0 }:
                _insert.Add(place).Add(write.Kind).Add(write.Key).Add(write.Body).Add(write.SeenAt).Add(write.OnlineUntil);
                break;
            default:
                _update.Add(place).Add(write.Kind).Add(write.Key).Add(write.ReadVersion).Add(write.Body).Add(write.SeenAt).Add(write.OnlineUntil);
                break;
        }
    }

    public void MoveTo(NpgsqlBatch batch)
    {
        _update.MoveTo(batch);
        _insert.MoveTo(batch);
        _delete.MoveTo(batch);
        _absent.MoveTo(batch);
    }
}
