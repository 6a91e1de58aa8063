using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using M2MCluster.Device;
using M2MCluster.Device.Coap;
using M2MCluster.Device.Mqtt;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>Report tasks, as applications and devices see them.</summary>
public sealed class ReportTaskTests(Node node) : IClassFixture<Node>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly byte[] Reading = """[{"n":"temperature","v":21}]"""u8.ToArray();

    [Fact]
    [Requirement("6.1.a")]
    public async Task Periodic_ForAnObjectAndAGroup_DevicesOverMqttAndCoapReportOnceAPeriodOfTheTask()
    {
        var (tracker, secret) = await node.CreateAsync();
        var (meter, _) = await node.CreateAsync(plain: "FULL");
        var group = $"g-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/groups?groupId={group}", new { members = new[] { $"objects/{meter}" } });
        var told = Channel.CreateUnbounded<DeviceConfig>();
        await using var mqtt = new MqttDevice(new() { Name = tracker, Secret = secret, Server = new(IPAddress.Loopback, node.Host.MqttPort), Configured = config => told.Writer.TryWrite(config) }, TimeProvider.System);
        await mqtt.ConnectAsync();
        Assert.Equal(DeviceConfig.None, await told.Reader.ReadAsync(Within()));

        var task = await TaskAsync($"objects/{tracker}", new { periodic = new { period = "3600s" }, tolerance = "0s" });
        Assert.Equal(new DeviceConfig(TimeSpan.FromHours(1), TimeSpan.Zero), await told.Reader.ReadAsync(Within()));
        await node.Rest.PatchAsync($"v1/{task}", new { periodic = new { period = "4s" }, tolerance = "3s" });
        await TaskAsync($"groups/{group}", new { periodic = new { period = "5s" } });
        await using var coap = new CoapDevice(new() { Name = meter, Server = new(IPAddress.Loopback, node.Host.CoapPort) }, TimeProvider.System);

        var (of, by) = (await told.Reader.ReadAsync(Within()), await coap.ConfigAsync());
        Assert.Equal((TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5)), (of.ReportPeriod, by.ReportPeriod));
        await Task.WhenAll(
            RunAsync(of, () => mqtt.ReportAsync(Report(Reading))),
            RunAsync(by, () => coap.ReportAsync(Report(Reading))));

        foreach (var (id, config) in new[] { (tracker, of), (meter, by) })
        {
            var periods = (await TimesAsync(id)).Select(time => (long)Math.Floor((time - config.ReportPhase.TotalSeconds) / config.ReportPeriod!.Value.TotalSeconds)).ToList();
            Assert.Equal(3, periods.Distinct().Count());
        }

        Assert.True((bool)(await node.Rest.GetAsync($"v1/{task}"))["told"]!);
    }

    [Fact]
    [Requirement("6.6.b")]
    public async Task Scheduled_WhatComesIsReceivedAndWhatDoesNotIsNoticedOnceEach()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        var app = await ListenAsync(id);
        await using var device = new CoapDevice(new() { Name = id, Server = new(IPAddress.Loopback, node.Host.CoapPort) }, TimeProvider.System);
        var task = await TaskAsync($"objects/{id}", new { periodic = new { period = "6s" }, grace = "6s" });
        var config = await device.ConfigAsync();
        await RunAsync(config, () => device.ReportAsync(Report(Reading)), times: 2);
        // When the last that came was due.
        var phase = config.ReportPhase.TotalSeconds;
        var last = (Math.Floor(((await TimesAsync(id)).Max() - phase) / 6) * 6) + phase;

        var missed = await MissedAsync(app, task, all => all.Count > 0 && Due(all[^1]) > last + 11, from: last + 1);
        Assert.Equal(2, (await TimesAsync(id)).Count);
        var sum = 0;
        foreach (var told in missed)
        {
            var data = told["data"]!;
            // More than one in an event only if the node stood still meanwhile.
            sum += (int)data["count"]!;
            Assert.Equal((sum, true), ((int)data["inARow"]!, (bool)data["told"]!));
            Assert.Equal(last + (6 * sum), Due(told), 0.1);
            Assert.True(((DateTimeOffset)told["time"]! - DateTimeOffset.UnixEpoch).TotalSeconds >= Due(told) + 6);
        }

        Assert.True((int)(await node.Rest.GetAsync($"v1/{task}"))["missed"]! >= 2);
        await node.Rest.DeleteAsync($"v1/{task}");

        // It wakes for one question, and not for another.
        var heard = await TaskAsync($"objects/{id}", new { scheduled = new { times = new[] { DateTimeOffset.UtcNow.AddSeconds(5) } }, grace = "120s" });
        await UntilAsync(async () => await device.DrainAsync(Answer) > 0);
        Assert.Equal(3, (await TimesAsync(id)).Count);
        var silent = await TaskAsync($"objects/{id}", new { scheduled = new { times = new[] { DateTimeOffset.UtcNow.AddSeconds(5) } }, grace = "1s" });
        Assert.Equal("EXPIRED", (string?)Assert.Single(await MissedAsync(app, silent, all => all.Count > 0))["data"]!["outcome"]);
        Assert.Empty(await MissedAsync(app, heard, _ => true));
        Assert.Equal("ENDED", (string?)(await node.Rest.GetAsync($"v1/{silent}"))["state"]);
    }

    [Fact]
    [Requirement("6.1.b")]
    public async Task OnDemand_ObjectAndGroup_WhoIsThereAnswersAtOnceAndWhoSleepsInItsWindow()
    {
        var (tracker, secret) = await node.CreateAsync();
        var (meter, _) = await node.CreateAsync(plain: "FULL");
        await using var mqtt = new MqttDevice(new() { Name = tracker, Secret = secret, Server = new(IPAddress.Loopback, node.Host.MqttPort), Messages = Answer }, TimeProvider.System);
        await mqtt.ConnectAsync();
        var task = await TaskAsync($"objects/{tracker}", new { onDemand = new { }, values = new[] { "temperature" } });
        await node.Rest.GetUntilAsync($"v1/{task}", read => (string?)read["state"] == "ENDED");
        Assert.Single(await TimesAsync(tracker));

        var group = $"g-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/groups?groupId={group}", new { members = new[] { $"objects/{tracker}", $"objects/{meter}" } });
        var both = await TaskAsync($"groups/{group}", new { onDemand = new { }, window = "2s", algorithm = "RANDOM_IN_WINDOW" });
        await UntilAsync(async () => (await TimesAsync(tracker)).Count == 2);
        await using var coap = new CoapDevice(new() { Name = meter, Server = new(IPAddress.Loopback, node.Host.CoapPort) }, TimeProvider.System);
        await UntilAsync(async () => await coap.DrainAsync(Answer) > 0);

        var ended = await node.Rest.GetUntilAsync($"v1/{both}", read => (string?)read["state"] == "ENDED");
        Assert.EndsWith("ended APPLIED", (string)ended["reason"]!, StringComparison.Ordinal);
        var report = (await node.Rest.GetAsync($"v1/objects/{meter}/reports"))["reports"]![0]!;
        Assert.Equal(("temperature", 21.0), ((string)report["senml"]![0]!["n"]!, (double)report["senml"]![0]!["v"]!));
    }

    private static DeviceReport Report(byte[] payload) => new(Guid.NewGuid().ToString("n")[..8], DeviceReport.SenmlJsonType, payload);

    private static ValueTask<DeviceResult> Answer(DeviceMessage message, CancellationToken cancellation) =>
        ValueTask.FromResult(message.Command is { Method: "GET", Path: "/report" or "/report?n=temperature" } ? new DeviceResult(true, "application/senml+json", Reading) : DeviceResult.Refused("not that"));

    private static CancellationToken Within() => new CancellationTokenSource(Patience).Token;

    /// <summary>Reports as it is told.</summary>
    private static async Task RunAsync(DeviceConfig config, Func<Task> report, int times = 3)
    {
        var now = DateTimeOffset.UtcNow;
        for (var i = 0; i < times; i++)
        {
            var next = config.NextReport(now)!.Value;
            if (next > DateTimeOffset.UtcNow) await Task.Delay(next - DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(20));
            await report();
            now = next > DateTimeOffset.UtcNow ? next : DateTimeOffset.UtcNow;
        }
    }

    private async Task<string> TaskAsync(string target, object terms)
    {
        var body = JsonNode.Parse(global::System.Text.Json.JsonSerializer.Serialize(terms))!;
        body["target"] = target;
        return (string)(await node.Rest.PostAsync("v1/reportTasks", body))["name"]!;
    }

    private async Task<string> ListenAsync(string id)
    {
        var app = $"app-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/applications?applicationId={app}", new { });
        await node.Rest.PostAsync($"v1/applications/{app}/subscriptions", new { filter = $"object = \"{id}\" AND type = \"m2m.report.missed\"" });
        return app;
    }

    /// <summary>Misses that the application was told of, once they are enough.</summary>
    /// <param name="from">Those that were due after it, Unix seconds.</param>
    private async Task<IReadOnlyList<JsonNode>> MissedAsync(string app, string task, Predicate<IReadOnlyList<JsonNode>> areEnough, double from = 0)
    {
        var found = new List<JsonNode>();
        await UntilAsync(async () =>
        {
            var events = (await node.Rest.GetAsync($"v1/applications/{app}/events"))["events"] as JsonArray ?? [];
            found = [.. events.Where(told => (string?)told!["data"]!["task"] == task && Due(told) > from).Select(told => told!)];
            return areEnough(found);
        });
        return found;
    }

    private static double Due(JsonNode told) => ((DateTimeOffset)told["data"]!["dueTime"]! - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <summary>When it reported, Unix seconds.</summary>
    private async Task<IReadOnlyList<double>> TimesAsync(string id) =>
        [.. ((await node.Rest.GetAsync($"v1/objects/{id}/reports?pageSize=100"))["reports"] as JsonArray ?? []).Select(report => ((DateTimeOffset)report!["time"]! - DateTimeOffset.UnixEpoch).TotalSeconds)];

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await holds()) await Task.Delay(TimeSpan.FromMilliseconds(200), patience.Token);
    }
}
