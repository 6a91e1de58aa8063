using System.Diagnostics;
using System.Globalization;
using M2MCluster.System.Tests.Clustering;
using M2MCluster.Testing;
using M2MCluster.Testing.Postgres;
using M2MCluster.Testing.Processes;
using Xunit.Abstractions;

namespace M2MCluster.System.Tests.Planning;

/// <summary>What is urgent leaves soon after who plans was killed, within a slot that goes on, and within its budget.</summary>
public sealed class UrgentAfterLossTests(PostgresFixture postgres, ITestOutputHelper output) : IClassFixture<PostgresFixture>
{
    private const int OfBearer = 36;
    private const int OfCell = 12;
    private const int Before = 2;

    // An eighth of a cell's budget, by what the disk says when two have left one after the other.
    private const int TakenAhead = 4;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Detection = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly IReadOnlyDictionary<string, string> Settings = new Dictionary<string, string>
    {
        ["Logging__LogLevel__Default"] = "Warning",
        ["M2M__Silo__FailureDetection"] = Detection.ToString("c", CultureInfo.InvariantCulture),
        ["M2M__Planning__Slot"] = "01:00:00",
        ["M2M__Planning__Bearers__Mqtt__MessagesPerSecond"] = ((OfBearer + 0.5) / 3600).ToString(CultureInfo.InvariantCulture),
        ["M2M__Planning__Bearers__Mqtt__Cell__MessagesPerSecond"] = ((OfCell + 0.5) / 3600).ToString(CultureInfo.InvariantCulture),
    };

    [SkippableFact]
    public async Task Kill_OfTheSiloThatPlans_UrgentWorkLeavesLongBeforeItIsKnownToBeDead()
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        await using var cluster = await Cluster.StartAsync(Node.HostAssembly, await postgres.CreateDatabaseAsync(), 2, _ => Settings);
        await using var first = await ConnectAsync(cluster.Silos, 0);
        await using var second = await ConnectAsync(cluster.Silos, 1);
        for (var i = 0; i < Before; i++)
        {
            await ArriveAsync(cluster[0], first);
            await ArriveAsync(cluster[1], second);
        }

        var silo = (string)(await cluster[0].Rest.GetAsync("v1/plans/mqtt"))["silo"]!;
        var killed = silo.Contains(string.Create(CultureInfo.InvariantCulture, $":{cluster[0].SiloPort}@"), StringComparison.Ordinal) ? 0 : 1;
        var (survivor, device) = (cluster[1 - killed], killed == 0 ? second : first);
        await cluster[killed].KillAsync();

        output.WriteLine($"the first came after {await ArriveAsync(survivor, device)}, the next after {await ArriveAsync(survivor, device)}");

        Assert.Equal(2, await cluster.ScalarAsync(Cluster.ActiveSilos));
        await UseUpAsync(survivor, device);
    }

    [SkippableFact]
    public async Task Kill_OfTheOnlyNode_UrgentWorkLeavesAsSoonAsItIsBack()
    {
        await using var host = await HostProcess.StartAsync(new() { Assembly = Node.HostAssembly, More = Settings });
        await using var device = await ConnectAsync([host], 0);
        for (var i = 0; i < Before; i++) await ArriveAsync(host, device);

        await host.KillAsync();
        await host.StartAsync();
        await host.Rest.GetUntilAsync($"v1/objects/{device.Id}", found => found["status"]!["connected"]!.AsArray().Count > 0);

        output.WriteLine($"it came after {await ArriveAsync(host, device)}");
        await UseUpAsync(host, device);
    }

    private static async Task<BudgetedDevice> ConnectAsync(IReadOnlyList<HostProcess> silos, int place)
    {
        var (id, cell) = ($"t-{Guid.NewGuid():n}", $"cell-{place}");
        var rest = silos[place].Rest;
        await rest.PostAsync($"v1/objects?objectId={id}", new { kind = "DEVICE", characteristics = new { sleeping = false, inFlight = 16, cell } });
        await rest.PostAsync($"v1/objects/{id}/credentials", new { mqttSecret = new { secret = RawMqtt.Secret } });
        var device = new BudgetedDevice(id, cell, silos, place);
        await rest.GetUntilAsync($"v1/objects/{id}", found => found["status"]!["connected"]!.AsArray().Count > 0);
        return device;
    }

    /// <summary>How long an urgent message took to the device.</summary>
    private static async Task<TimeSpan> ArriveAsync(HostProcess by, BudgetedDevice to)
    {
        var began = Stopwatch.GetTimestamp();
        var message = await SendAsync(by, to);
        while (to.Arrivals.All(arrival => arrival.Message != message))
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Soon, $"an urgent message waits: {await by.Rest.GetAsync($"v1/messages/{message}:explain")}");
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }

        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>As much leaves as was not taken ahead, and then no more.</summary>
    private static async Task UseUpAsync(HostProcess by, BudgetedDevice to)
    {
        var last = "";
        for (var i = 0; i < OfCell; i++) last = await SendAsync(by, to);
        await by.Rest.GetUntilAsync($"v1/messages/{last}:explain", why => ((string)why["summary"]!).Contains("budget of MQTT", StringComparison.Ordinal));
        using var patience = new CancellationTokenSource(Patience);
        while (to.Arrivals.DistinctBy(arrival => arrival.Message).Count() < OfCell - TakenAhead) await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
        // Those of another hour have another budget.
        Assert.All(to.Arrivals.GroupBy(arrival => (arrival.At.Date, arrival.At.Hour)), hour => Assert.InRange(hour.Count(), 1, OfCell));
    }

    private static async Task<string> SendAsync(HostProcess by, BudgetedDevice to)
    {
        var answer = await by.Rest.PostAsync("v1/messages", new { target = $"objects/{to.Id}", payload = "eA==", contentType = "text/plain", ttl = "7200s", priority = 7 });
        return ((string)answer["message"]!["name"]!)["messages/".Length..];
    }
}
