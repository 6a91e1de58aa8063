using System.Data;
using System.Data.Common;
using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;
using Npgsql;

namespace M2MCluster.Storage.Postgres;

/// <summary>A connection beside the pipeline's, for bounded transactions that copy many rows. It is opened when it is first needed; those who need it take turns.</summary>
/// <param name="others">Whom a caller may have to wait for, in words.</param>
internal sealed class PostgresSideConnection(PostgresDatabase database, string others) : IDisposable
{
    private static readonly TimeSpan TurnComesWithin = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _turn = new(1);
    private NpgsqlConnection? _connection;

    /// <param name="failed">Hears of a failure of the database before the caller does.</param>
    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: storage is away, or busy for long.</exception>
    /// <exception cref="StaleVersionException">Passed on from the use.</exception>
    public async ValueTask<T> UseAsync<T>(Func<NpgsqlConnection, Task<T>> use, Action<Exception> failed)
    {
        if (!await _turn.WaitAsync(TurnComesWithin).ConfigureAwait(false)) throw new M2MException(ErrorCode.Unavailable, $"storage is busy with other {others}");
        try
        {
            if (_connection is not { FullState: ConnectionState.Open }) await OpenAsync().ConfigureAwait(false);
            return await use(_connection!).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is DbException or IOException or TimeoutException)
        {
            Close();
            failed(failure);
            throw new M2MException(ErrorCode.Unavailable, "storage is not available");
        }
        catch (Exception failure) when (failure is not StaleVersionException)
        {
            Close();
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        Close();
        _turn.Dispose();
    }

    private async Task OpenAsync()
    {
        Close();
        _connection = await database.ConnectAsync(CancellationToken.None).ConfigureAwait(false);
        using var settings = new NpgsqlCommand(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'", _connection);
        await settings.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private void Close()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
