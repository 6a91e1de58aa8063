using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using M2MCluster.Device;
using M2MCluster.Device.Mqtt;
using M2MCluster.Testing;
using Xunit.Abstractions;

namespace M2MCluster.System.Tests.Planning;

/// <summary>
/// A flow holds two fifths of a bearer. It and what is of no flow are both offered more than the bearer lets leave, and each gets its part, counted where it arrives. Parts are never exceeded; that they are used up shows
/// over three slots on end, at some time at which the machine does not stand still.
/// </summary>
public sealed class FlowShareTests(FlowNode node, ITestOutputHelper output) : IClassFixture<FlowNode>
{
    private const double Share = 0.4;
    private const int Size = 1000;
    private const int All = FlowNode.SlotBytes / Size;
    private const int Part = (int)(Share * All);
    private const int Rest = All - Part;
    private const int OnEnd = 3;

    private readonly ConcurrentQueue<DateTimeOffset> _ofFlow = [];
    private readonly ConcurrentQueue<DateTimeOffset> _ofRest = [];

    [SkippableFact]
    [Requirement("D.3.3.a")]
    public async Task Flow_HoldsItsShareForItsTime_AndBestEffortHasTheRestAndThenAll()
    {
        await using var first = await ConnectAsync(_ofFlow);
        await using var second = await ConnectAsync(_ofRest);
        var flow = await InsistAsync(() => node.Rest.PostAsync("v1/flows", new { bearer = "MQTT", share = Share, duration = "60s" }));
        var name = (string)flow["name"]!;
        Assert.Equal((Share, Part * Size, "2s"), ((double)flow["share"]!, (int)flow["slotBytes"]!, (string)flow["slot"]!));
        var start = (DateTimeOffset)flow["startTime"]!;
        await UntilAsync(() => DateTimeOffset.UtcNow >= start);
        using var flowGoesOn = new CancellationTokenSource();
        using var othersGoOn = new CancellationTokenSource();
        var sent = new ConcurrentQueue<string>();
        var offers = Task.WhenAll(OfferAsync(first.Name, _ofFlow, name, sent, flowGoesOn.Token), OfferAsync(second.Name, _ofRest, null, [], othersGoOn.Token));

        var calm = await CalmAsync(name, start);
        CheckParts(start);
        output.WriteLine($"{OnEnd} slots on end: {calm.OfFlow} of the flow, {calm.OfRest} others; {_ofFlow.Count} and {_ofRest.Count} in all");

        await flowGoesOn.CancelAsync();
        await InsistAsync(async () =>
        {
            await node.Rest.DeleteAsync($"v1/{name}");
            return true;
        });
        var end = DateTimeOffset.UtcNow;
        foreach (var message in sent) await CancelAsync(message);
        await UntilAsync(() => CountBySlot(_ofRest, end).Any(slot => slot.Value >= All - 1));
        await othersGoOn.CancelAsync();
        await offers;
    }

    /// <summary>As long as its time is not over neither part is exceeded, however many slots are looked at: what arrives has left in a slot that has begun.</summary>
    private void CheckParts(DateTimeOffset start)
    {
        var now = DateTimeOffset.UtcNow;
        foreach (var (arrivals, part) in new[] { (_ofFlow, Part), (_ofRest, Rest) })
        {
            var count = 0;
            foreach (var at in arrivals.Where(at => at <= now).Order())
            {
                var begun = ((at.ToUnixTimeSeconds() - start.ToUnixTimeSeconds()) / FlowNode.SlotSeconds) + 1;
                Assert.True(++count <= part * begun, $"{count} of {part} a slot after {begun} slots");
            }
        }
    }

    /// <summary>Three slots on end in which both used up their parts, but for one that was late; the flow goes on until then.</summary>
    private async Task<(int OfFlow, int OfRest)> CalmAsync(string flow, DateTimeOffset start)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        for (var looks = 1; ; looks++)
        {
            var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds() / FlowNode.SlotSeconds;
            var (ofFlow, ofRest) = (CountBySlot(_ofFlow, start), CountBySlot(_ofRest, start));
            for (var slot = (start.ToUnixTimeSeconds() / FlowNode.SlotSeconds) + 1; slot + OnEnd <= now; slot++)
            {
                var (one, other) = (Sum(ofFlow, slot), Sum(ofRest, slot));
                if (one >= (Part * OnEnd) - 1 && other >= (Rest * OnEnd) - 1) return (one, other);
            }

            Assert.False(patience.IsCancellationRequested, $"{string.Join(' ', ofFlow.OrderBy(slot => slot.Key))} and {string.Join(' ', ofRest.OrderBy(slot => slot.Key))}");
            await Task.Delay(TimeSpan.FromMilliseconds(200));
            if (looks % 10 == 0) await InsistAsync(() => node.Rest.PostAsync($"v1/{flow}:extend", new { duration = "2s" }));
        }

        static int Sum(Dictionary<long, int> counts, long from) => Enumerable.Range(0, OnEnd).Sum(i => counts.GetValueOrDefault(from + i));
    }

    private static Dictionary<long, int> CountBySlot(IEnumerable<DateTimeOffset> arrivals, DateTimeOffset from) =>
        arrivals.Where(at => at >= from).GroupBy(at => at.ToUnixTimeSeconds() / FlowNode.SlotSeconds).ToDictionary(slot => slot.Key, slot => slot.Count());

    private async Task<MqttDevice> ConnectAsync(ConcurrentQueue<DateTimeOffset> arrivals)
    {
        var (id, secret) = await node.CreateAsync();
        await node.Rest.PatchAsync($"v1/objects/{id}", new { characteristics = new { sleeping = false, inFlight = 16 } });
        var device = new MqttDevice(
            new()
            {
                Name = id, Secret = secret, Server = new(IPAddress.Loopback, node.Host.MqttPort),
                Messages = (message, _) =>
                {
                    if (message.Payload.Length == Size) arrivals.Enqueue(DateTimeOffset.UtcNow);
                    return new(DeviceResult.Done);
                },
            },
            TimeProvider.System);
        await device.ConnectAsync();
        return device;
    }

    /// <summary>Sends so much that a few slots' worth waits always.</summary>
    private async Task OfferAsync(string id, ConcurrentQueue<DateTimeOffset> arrivals, string? flow, ConcurrentQueue<string> sent, CancellationToken stop)
    {
        var payload = Convert.ToBase64String(new byte[Size]);
        for (var count = 0; !stop.IsCancellationRequested;)
        {
            if (count - arrivals.Count > 3 * All)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
                continue;
            }

            var answer = await node.Rest.PostAsync("v1/messages", new { target = $"objects/{id}", payload, flow, ttl = "3600s" });
            sent.Enqueue((string)answer["message"]!["name"]!);
            count++;
        }
    }

    private async Task CancelAsync(string message)
    {
        try
        {
            await node.Rest.PostAsync($"v1/{message}:cancel", new { });
        }
        catch (HttpRequestException ended) when (ended.StatusCode == HttpStatusCode.BadRequest)
        {
            // It has arrived.
        }
    }

    /// <summary>A planner that was silent for a moment, and overtaken by a stand-in, says so.</summary>
    private static async Task<T> InsistAsync<T>(Func<Task<T>> call)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            try
            {
                return await call();
            }
            catch (HttpRequestException later) when (later.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), patience.Token);
            }
        }
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (!holds()) await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
    }
}
