using System.Globalization;
using Npgsql;

namespace M2MCluster.Testing.Processes;

/// <summary>
/// Nodes that form one cluster on one PostgreSQL database, each a process on ports of its own; the keys lie in a folder that they share. Single nodes are
/// killed, frozen, stopped and started again by <see cref="Silos"/>.
/// </summary>
public sealed class Cluster : IAsyncDisposable
{
    private const int Active = 3;

    /// <summary>Counts those that are active by the membership table.</summary>
    public static readonly string ActiveSilos = string.Create(CultureInfo.InvariantCulture, $"SELECT count(*) FROM silos WHERE status = {Active}");

    private readonly string _keys = Directory.CreateTempSubdirectory("m2m-keys-").FullName;
    private readonly string _database;

    private Cluster(string database) => _database = database;

    public IReadOnlyList<HostProcess> Silos { get; private set; } = [];

    public HostProcess this[int silo] => Silos[silo];

    /// <summary>Returns when every node is ready, and each knows of all others.</summary>
    /// <param name="database">A connection string to a database of the cluster's own.</param>
    /// <param name="more">Further settings of a silo, by its place.</param>
    /// <param name="behindRelays">Whether each can be cut off from others by its <see cref="HostProcess.Relay"/>.</param>
    public static async Task<Cluster> StartAsync(string assembly, string database, int silos, Func<int, IReadOnlyDictionary<string, string>>? more = null, bool behindRelays = false)
    {
        var cluster = new Cluster(database);
        try
        {
            var starts = Enumerable.Range(0, silos).Select(place => HostProcess.StartAsync(new()
            {
                Assembly = assembly, ConnectionString = database, KeyFolder = cluster._keys, BehindRelay = behindRelays,
                More = more?.Invoke(place) ?? new Dictionary<string, string> { ["Logging__LogLevel__Default"] = "Warning", ["M2M__Silo__FailureDetection"] = "00:00:03" },
            })).ToArray();
            try
            {
                await Task.WhenAll(starts);
            }
            finally
            {
                cluster.Silos = [.. starts.Where(start => start.IsCompletedSuccessfully).Select(start => start.Result)];
            }

            foreach (var silo in cluster.Silos) silo.Relay?.Know(cluster.Silos);
            await cluster.WaitForActiveAsync(silos);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until so many silos are active by the membership table; fails after a minute.</summary>
    public Task WaitForActiveAsync(int silos) => UntilAsync(ActiveSilos, count => count == silos);

    /// <summary>Waits until the silo's present run is not counted as active any more.</summary>
    public Task WaitForDeathAsync(HostProcess silo) => UntilAsync(
        string.Create(CultureInfo.InvariantCulture, $"SELECT count(*) FROM silos WHERE port = {silo.SiloPort} AND status = {Active}"), count => count == 0);

    /// <summary>Asks the database until the number satisfies; fails after a minute.</summary>
    public async Task UntilAsync(string sql, Func<long, bool> satisfies)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        long last;
        while (!satisfies(last = await ScalarAsync(sql)))
        {
            try
            {
                await poll.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"{sql} stayed {last}:\n{string.Join("\n---\n", Silos.Select(silo => silo.Output))}");
            }
        }
    }

    /// <summary>One number from the database.</summary>
    public async Task<long> ScalarAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_database) { Pooling = false }.ToString());
        await connection.OpenAsync();
#pragma warning disable CA2100 // Texts of tests.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Silos.Select(silo => silo.DisposeAsync().AsTask()));
        Directory.Delete(_keys, recursive: true);
    }
}
