using M2MCluster.System.Tests.Qos;
using M2MCluster.Testing;
using M2MCluster.Testing.Postgres;
using M2MCluster.Testing.Processes;
using Npgsql;

namespace M2MCluster.System.Tests.Observability;

/// <summary>A real Prometheus beside a node on PostgreSQL under load: panels show, and faults are found.</summary>
public sealed class PrometheusTests
{
    [SkippableFact]
    [Requirement("5.1.1")]
    public async Task Prometheus_EveryPanelHasData_AndInjectedFaultsAreFound()
    {
        var program = Programs.Prometheus;
        await using var database = await PostgresServer.StartAsync(Programs.Postgres);
        var (port, secret) = (Ports.Take(), Path.GetTempFileName());
        await File.WriteAllTextAsync(secret, CamaraServer.Secret);
        await using var network = new CamaraServer(port);
        await network.StartAsync();
        await using var host = await HostProcess.StartAsync(new()
        {
            Assembly = Node.HostAssembly,
            ConnectionString = database.ConnectionString,
            More = new Dictionary<string, string>(QosSettings.Of(port, secret))
            {
                ["M2M__Storage__SurveySeconds"] = "1", ["M2M__Storage__QueueBound"] = "16", ["M2M__Storage__BatchSize"] = "4", ["M2M__Mailbox__StuckAfter"] = "00:00:02",
                ["M2M__Planning__Bearers__Mqtt__MessagesPerSecond"] = "1000", ["M2M__Planning__Bearers__Mqtt__Cell__MessagesPerSecond"] = "1000", ["M2M__Planning__Slot"] = "00:00:01",
                ["M2M__Planning__Horizon"] = "01:00:00",
                ["Logging__LogLevel__Default"] = "None",
            },
        });
        await using var load = await FleetLoad.StartAsync(host);
        await using var prometheus = await PrometheusServer.StartAsync(program, host.ManagementPort);

        await EveryQueryReturnsDataAsync(prometheus);
        foreach (var alert in new[] { "M2MMailboxStuck", "M2MCommitsRefused", "M2MStorageAway", "M2MCommitsFailing", "M2MNodeDown" })
            Assert.False(await prometheus.IsFiringAsync(alert), alert);

        using (await HangAsync(host)) await prometheus.WaitUntilFiringAsync("M2MMailboxStuck");
        await OverloadAsync(prometheus, database, host);
        await database.CrashAsync();
        await prometheus.WaitUntilFiringAsync("M2MStorageAway");
        await prometheus.WaitUntilFiringAsync("M2MCommitsFailing");
        await database.ResumeAsync();
        await prometheus.WaitUntilQuietAsync("M2MStorageAway");
        await host.KillAsync();
        await prometheus.WaitUntilFiringAsync("M2MNodeDown");
        File.Delete(secret);
    }

    private static async Task EveryQueryReturnsDataAsync(PrometheusServer prometheus)
    {
        var queries = Dashboards.Queries().Concat(Rules.Recorded.Select(recorded => (Panel: "recorded", Query: recorded))).ToList();
        Assert.True(queries.Count > 80, "the queries were not found");
        var missing = queries;
        try
        {
            await PrometheusServer.WaitAsync(
                async () =>
                {
                    var still = new List<(string, string)>();
                    foreach (var query in missing)
                    {
                        if ((await prometheus.QueryAsync(query.Query)).Count == 0) still.Add(query);
                    }

                    missing = still;
                    return still.Count == 0;
                },
                "no data");
        }
        catch (TimeoutException)
        {
            Assert.Empty(missing);
        }
    }

    /// <summary>A device that is connected and takes nothing.</summary>
    private static async Task<RawMqtt> HangAsync(HostProcess host)
    {
        await host.Rest.PostAsync("v1/objects?objectId=hanging", new { kind = "DEVICE" });
        await host.Rest.PostAsync("v1/objects/hanging/credentials", new { mqttSecret = new { secret = RawMqtt.Secret } });
        var device = await (await RawMqtt.Open(host.MqttPort)).Enter(RawMqtt.Connect("hanging"));
        await device.Send(RawMqtt.Subscribe(1, "m2m/mailbox/#"));
        Assert.StartsWith("90", await device.Hear(), StringComparison.Ordinal);
        await host.Rest.PostAsync("v1/messages", new { target = "objects/hanging", payload = "aGVsbG8=", ttl = "3600s" });
        return device;
    }

    /// <summary>The database writes nothing, and more comes in than the queue holds.</summary>
    private static async Task OverloadAsync(PrometheusServer prometheus, PostgresServer database, HostProcess host)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var stop = new NpgsqlCommand("LOCK TABLE state IN EXCLUSIVE MODE", connection, transaction)) await stop.ExecuteNonQueryAsync();

        using var ends = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 40).Select(i => CallAsync(host, $"more-{i}", ends.Token)).ToList();
        await prometheus.WaitUntilFiringAsync("M2MCommitsRefused");
        await prometheus.WaitUntilFiringAsync("M2MErrorBudgetBurnsFast");
        await ends.CancelAsync();
        await transaction.RollbackAsync();
        await Task.WhenAll(callers);
        await prometheus.WaitUntilQuietAsync("M2MCommitsRefused");
    }

    private static async Task CallAsync(HostProcess host, string id, CancellationToken ends)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        do
        {
            try
            {
                await host.Rest.PostAsync($"v1/objects?objectId={id}", new { kind = "DEVICE" });
            }
            catch (Exception refused) when (refused is HttpRequestException or OperationCanceledException)
            {
                // That is the point.
            }
        }
        while (!ends.IsCancellationRequested && await pace.WaitForNextTickAsync(CancellationToken.None));
    }
}
