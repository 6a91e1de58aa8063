using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using M2MCluster.Device;
using M2MCluster.Device.Coap;
using M2MCluster.Device.Fleet;
using M2MCluster.Device.Mqtt;
using M2MCluster.Protocols.Senml;
using M2MCluster.Testing;
using Xunit.Abstractions;

namespace M2MCluster.System.Tests.Planning;

/// <summary>
/// Devices whose clocks are minutes apart sample at a common instant. They are judged by the machine's clock, which none of them sees. A machine that stands still makes all late that run on it, so of the instants that
/// pass the best one counts: who goes by a wrong clock is never there.
/// </summary>
public sealed class CommonInstantTests(Node node, ITestOutputHelper output) : IClassFixture<Node>
{
    private const int Devices = 12;
    private const int Period = 3;
    private const double Phase = 1.25;

    // What docs/planning.md states, of devices on one link with the platform.
    private static readonly TimeSpan Stated = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<long, ConcurrentDictionary<string, DateTimeOffset>> _samplings = new();

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [Requirement("D.3.3.c")]
    public async Task GroupWithAnInstant_DevicesWithWrongClocks_SampleTogetherOverCoapAndMqtt(int tolerance)
    {
        var devices = new List<(string Id, string Secret)>();
        for (var i = 0; i < Devices; i++) devices.Add(await node.CreateAsync(plain: "FULL"));
        var group = $"g-{Guid.NewGuid():n}";
        await node.Rest.PostAsync(
            $"v1/groups?groupId={group}",
            new { members = devices.Select(device => $"objects/{device.Id}"), characteristics = new { reportPeriod = Period, reportPhase = Phase, reportTolerance = tolerance } });
        using var stop = new CancellationTokenSource();
        var runs = devices.Select((device, i) => RunAsync(SleeperOf(device, i), stop.Token)).ToList();

        var instant = await BestAsync();
        var reports = await Task.WhenAll(devices.Select(device => ReportOfAsync(device.Id, instant)));
        await stop.CancelAsync();
        await Task.WhenAll(runs);

        var (first, last) = (reports.Min(), reports.Max());
        output.WriteLine($"{Devices} devices sampled within {SpreadOf(instant).TotalMilliseconds:0.0} ms, {LatenessOf(instant).TotalMilliseconds:0.0} ms after it at most; their reports came within {(last - first).TotalMilliseconds:0} ms.");
        // What was sampled together is sent one after the other where it may be.
        if (tolerance > 0) Assert.True(last - first > 10 * SpreadOf(instant) && last - first > TimeSpan.FromMilliseconds(100), $"{last - first}");
    }

    /// <summary>An instant at which all sampled within what is stated: of each other, and of the instant by the platform's clock.</summary>
    private async Task<long> BestAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (true)
        {
            foreach (var instant in _samplings.Keys.Where(instant => _samplings[instant].Count == Devices))
            {
                if (SpreadOf(instant) <= Stated && LatenessOf(instant) <= Stated) return instant;
            }

            Assert.False(patience.IsCancellationRequested, string.Join('\n', _samplings.OrderBy(one => one.Key).Select(one => $"{one.Key}: {one.Value.Count} within {SpreadOf(one.Key)}, {LatenessOf(one.Key)}")));
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }

    private TimeSpan SpreadOf(long instant) => _samplings[instant].Values.Max() - _samplings[instant].Values.Min();

    private TimeSpan LatenessOf(long instant) => _samplings[instant].Values.Max(time => (time - TimeOf(instant)).Duration());

    private static DateTimeOffset TimeOf(long instant) => DateTimeOffset.UnixEpoch.AddSeconds((instant * Period) + Phase);

    /// <summary>When the report came that carries the instant as its time.</summary>
    private async Task<DateTimeOffset> ReportOfAsync(string id, long instant)
    {
        var time = (TimeOf(instant) - DateTimeOffset.UnixEpoch).TotalSeconds;
        var found = await node.Rest.GetUntilAsync($"v1/objects/{id}/reports?pageSize=100", answer => Of(answer) is not null);
        return (DateTimeOffset)Of(found)!["time"]!;

        JsonNode? Of(JsonNode answer) => (answer["reports"] as JsonArray ?? []).FirstOrDefault(report => (double?)report!["senml"]?[0]?["t"] is { } t && Math.Abs(t - time) < 0.0005);
    }

    private Sleeper SleeperOf((string Id, string Secret) device, int i)
    {
        // Up to three minutes wrong, and up to 80 seconds a million.
        var clock = new WrongClock(TimeSpan.FromSeconds((i * 31) - 180.3), (i - (Devices / 2)) * 13e-6);
        var plan = new SleepPlan(TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(1), IsTold: true);
        return i % 2 == 0
            ? new CoapSleeper(new CoapDeviceOptions { Name = device.Id, Server = new(IPAddress.Loopback, node.Host.CoapPort) }, [], plan, Sample, new Unheard(), clock)
            : new MqttSleeper(new MqttDeviceOptions { Name = device.Id, Secret = device.Secret, Server = new(IPAddress.Loopback, node.Host.MqttPort) }, [], plan, Sample, new Unheard(), clock);
    }

    private SenmlRecord[] Sample(string id, long sequence)
    {
        var now = DateTimeOffset.UtcNow;
        // The first is of when it was switched on, which is no instant.
        if (sequence > 1) _samplings.GetOrAdd((long)Math.Round(((now - DateTimeOffset.UnixEpoch).TotalSeconds - Phase) / Period), _ => new())[id] = now;
        return [new() { Name = "n", Value = sequence }];
    }

    private static async Task RunAsync(Sleeper sleeper, CancellationToken stop)
    {
        await using (sleeper) await sleeper.RunAsync(stop);
    }
}
