using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using M2MCluster.Device;
using M2MCluster.Device.Coap;
using M2MCluster.Device.Fleet;
using M2MCluster.System.Tests.Acceptance;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Planning;

/// <summary>Objects are told when to report, and devices that do as they are told come one after the other.</summary>
public sealed class ReportTimesTests(Node node) : IClassFixture<Node>
{
    private const int Asked = 600;
    private const int Tenths = 10;
    private const int Period = 20;
    private const int Devices = 8;

    [SkippableFact]
    [Requirement("4.4.a")]
    public async Task Config_OfManyHourlyObjects_SpreadsThemOverTheHour()
    {
        var name = $"t-{Guid.NewGuid():n}";
        await node.Rest.ImportAsync(name, Enumerable.Range(0, Asked).Select(i => JsonSerializer.Serialize(
            new { objectId = $"{name}-{i}", kind = "DEVICE", securityPolicy = new { plain = "REPORTS" }, characteristics = new { reportPeriod = 3600, cell = $"cell-{i % 5}" } })));
        await using var device = await JsDevice.CoapAsync(node.Host.CoapPort);

        var tenths = new int[Tenths];
        for (var i = 0; i < Asked; i++)
        {
            var config = JsonNode.Parse(await device.AskAsync(new { method = "GET", path = "/m2m/config", query = $"ep={name}-{i}" }, "2.05"))!;
            tenths[(int)config["reportPhase"]! * Tenths / 3600]++;
        }

        // A tenth has a standard deviation of the root of its mean: five of them are never seen.
        var mean = (double)Asked / Tenths;
        Assert.All(tenths, count => Assert.InRange(count, mean - (5 * Math.Sqrt(mean)), mean + (5 * Math.Sqrt(mean))));
    }

    [SkippableFact]
    [Requirement("4.4.a")]
    public async Task Devices_ThatAreTold_ReportOnceAPeriodEachAtItsTime()
    {
        using var stop = new CancellationTokenSource();
        var watcher = new Unheard();
        var phases = new Dictionary<string, long>();
        var runs = new List<Task>();
        for (var i = 0; i < Devices; i++)
        {
            var (id, _) = await node.CreateAsync(plain: "FULL");
            await node.Rest.PatchAsync($"v1/objects/{id}", new { characteristics = new { reportPeriod = Period } });
            var options = new CoapDeviceOptions { Name = id, Server = new(IPAddress.Loopback, node.Host.CoapPort) };
            await using (var asks = new CoapDevice(options, TimeProvider.System)) phases[id] = (long)(await asks.ConfigAsync()).ReportPhase.TotalSeconds;
            runs.Add(RunAsync(new(options, [], new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(Period), IsTold: true), (_, sequence) => [new() { Name = "n", Value = sequence }], watcher, TimeProvider.System), stop.Token));
        }

        foreach (var id in phases.Keys) await UntilAsync(async () => (await TimesAsync(id)).Count >= 4);
        await stop.CancelAsync();
        await Task.WhenAll(runs);

        Assert.Equal(Devices, phases.Count);
        foreach (var (id, phase) in phases)
        {
            // The first is of when it was switched on.
            var periods = (await TimesAsync(id)).Skip(1).Select(time => (long)Math.Floor((time - phase) / Period)).ToList();
            Assert.True(periods.Count >= 3 && periods.SequenceEqual(periods.Distinct()), $"{id}: {string.Join(", ", periods)}");
        }
    }

    /// <summary>Unix seconds, in order.</summary>
    private async Task<List<double>> TimesAsync(string id) =>
        [.. ((await node.Rest.GetAsync($"v1/objects/{id}/reports?pageSize=100"))["reports"] as JsonArray ?? []).Select(report => ((DateTimeOffset)report!["time"]! - DateTimeOffset.UnixEpoch).TotalSeconds).Order()];

    private static async Task RunAsync(CoapSleeper sleeper, CancellationToken stop)
    {
        await using (sleeper) await sleeper.RunAsync(stop);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        while (!await holds()) await Task.Delay(TimeSpan.FromMilliseconds(200), patience.Token);
    }
}
