using M2MCluster.Grains.Commit;
using M2MCluster.Storage.Bulk;
using SQLitePCL;

namespace M2MCluster.Storage.Sqlite;

/// <summary>The rows of a bulk set within a transaction: all of them, or none.</summary>
internal sealed class SqliteBulkRows(sqlite3 database) : IDisposable
{
    private readonly SqliteStatement _object = new(database, "INSERT INTO objects (id, kind, gateway, description) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING");
    private readonly SqliteStatement _error = new(database, "INSERT INTO import_errors (import_id, ordinal, line, field, reason) VALUES (?, ?, ?, ?, ?)");
    private readonly SqliteStatement _forget = new(database, "DELETE FROM import_errors WHERE import_id = ?");

    /// <param name="state">Writes the import's own state; false: it is stale.</param>
    /// <returns>Null, or why nothing of the set was written.</returns>
    public Exception? Write(BulkSet set, BulkRows rows, SqliteStatements statements, Func<StateWrite, bool> state)
    {
        SqliteFile.Execute(database, "SAVEPOINT bulk");
        Exception? refusal = null;
        if (!state(set.State)) refusal = new StaleVersionException($"{set.State.Kind} {set.State.Key} was written by another stream");
        else if (!TryInsert(rows, statements)) refusal = new BulkConflictException();
        else More(set, statements);
        if (refusal is not null) SqliteFile.Execute(database, "ROLLBACK TO bulk");
        SqliteFile.Execute(database, "RELEASE bulk");
        return refusal;
    }

    public void Dispose()
    {
        _object.Dispose();
        _error.Dispose();
        _forget.Dispose();
    }

    private bool TryInsert(BulkRows rows, SqliteStatements statements)
    {
        foreach (var (name, body) in rows.Aliases)
        {
            if (statements.InsertState.Bind("alias").Bind(name).Bind(body).Bind(0).Bind(0).Execute() == 0) return false;
        }

        foreach (var (description, body, made) in rows.Objects)
        {
            if (statements.InsertState.Bind("object").Bind(description.Id).Bind(made.State).Bind(0).Bind(made.OnlineUntil).Execute() == 0) return false;
            if (_object.Bind(description.Id).Bind((long)description.Kind).Bind(description.Gateway).Bind(body).Execute() == 0) return false;
        }

        return true;
    }

    private void More(BulkSet set, SqliteStatements statements)
    {
        if (set.ForgetsErrors) _forget.Bind(set.State.Key).Execute();
        var ordinal = set.FirstError;
        foreach (var error in set.Errors) _error.Bind(set.State.Key).Bind(ordinal++).Bind(error.Line).Bind(error.Field).Bind(error.Reason).Execute();
        foreach (var audit in set.Audit)
            statements.Audit.Bind(audit.Id).Bind(audit.Actor).Bind(audit.Action).Bind(audit.Resource).Bind(audit.Detail).Execute();
    }
}
