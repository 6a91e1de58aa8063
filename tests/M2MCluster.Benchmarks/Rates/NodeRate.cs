using M2MCluster.Api.V1;
using M2MCluster.Cli.Fleet;
using M2MCluster.Cli.Load;
using M2MCluster.Client;
using M2MCluster.Testing.Postgres;
using M2MCluster.Testing.Processes;

namespace M2MCluster.Benchmarks.Rates;

/// <summary>A whole node: each report on disk before its PUBACK, with an event in an application's feed.</summary>
internal static class NodeRate
{
    /// <returns>Without and with an application that follows its feed.</returns>
    public static async Task<(Measured Alone, Measured Heard)> RunAsync(RateSettings settings, string assembly, PostgresServer? postgres)
    {
        var engine = postgres is null ? "SQLite" : "PostgreSQL";
        await using var host = await HostProcess.StartAsync(new() { Assembly = assembly, ConnectionString = postgres?.ConnectionString });
        using var client = new M2MClient(new($"http://127.0.0.1:{host.GrpcPort}"), host.OperatorKey);
        var stage = await Stage.SetAsync(client, "rate", TimeProvider.System, default);
        var report = new LoadReport(stage.NameOf(""), settings.PayloadSize);
        var objects = Enumerable.Range(0, settings.Connections).Select(report.ObjectOf).ToArray();
        await stage.CreateObjectsAsync(objects.Select(id => (id, (string?)null, false)), null, default);
        var secrets = await stage.CreateSecretsAsync(objects, default);
        (string, int)[] processes = postgres is null ? [("node", host.ProcessId)] : [("node", host.ProcessId), ("PostgreSQL", postgres.ProcessId)];
        MqttRate Load(RateSettings settings) => new(settings, host.MqttPort, stage.NameOf(""), i => secrets[objects[i]]);
        var load = Load(settings);

        // The follower is there from the warm-up on: it reads from the beginning, and would be measured while it catches up.
        var heard = await FollowedAsync(stage, async () =>
        {
            await Load(settings with { Duration = TimeSpan.Zero }).RunAsync("warm-up", settings.WarmUp, processes);
            return await load.RunAsync($"M2MCluster, {engine}, the feed followed by gRPC", settings.LeadIn, processes);
        });
        return (await load.RunAsync($"M2MCluster, {engine}", settings.LeadIn, processes), heard);
    }

    private static async Task<Measured> FollowedAsync(Stage stage, Func<Task<Measured>> measure)
    {
        using var hearing = new CancellationTokenSource();
        var heard = 0L;
        var following = stage.FollowAsync(_ => Interlocked.Increment(ref heard), hearing.Token);
        var followed = await measure();
        await hearing.CancelAsync();
        await following;
        if (heard == 0) throw new InvalidOperationException("nothing was heard in the feed");
        return followed;
    }
}
