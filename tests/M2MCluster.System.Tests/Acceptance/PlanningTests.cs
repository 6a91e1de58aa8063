using System.Text.Json.Nodes;
using M2MCluster.System.Tests.Observability;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>When what leaves, by how long it can wait: messages, reports, and what subscriptions tell.</summary>
public sealed class PlanningTests(PlannedNode node) : IClassFixture<PlannedNode>
{
    private const int SixHours = 21_600;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly CoapClient _coap = new(node);

    [SkippableFact]
    [Requirement("4.4.a")]
    [Requirement("4.4.b")]
    public async Task Tolerance_OfSixHours_IsUsedForTheCheapestTimeAndNoneIsAtOnce()
    {
        var (id, secret) = await node.CreateListenerAsync();
        await using var device = node.Listen(id, secret);
        await node.Rest.GetUntilAsync($"v1/objects/{id}", found => found["status"]!["connected"]!.AsArray().Count > 0);
        await using var hook = HttpReceiver.Start();
        await SubscribeAsync(hook, id, "at-once", null);
        await SubscribeAsync(hook, id, "can-wait", $"{SixHours}s");

        var waits = await node.SendAsync(id, "later", new { tolerance = $"{SixHours}s" });
        var urgent = await node.SendAsync(id, "now", null);
        await node.Rest.GetUntilAsync($"v1/messages/{urgent}", answer => (string?)answer["outcome"] == "DELIVERED");
        var told = await FirstAsync(hook, "at-once", urgent);
        await CheckReportsAsync(id);

        var why = await node.Rest.GetAsync($"v1/messages/{waits}:explain");
        var (planned, accepted) = ((DateTimeOffset)why["plan"]!["time"]!, (DateTimeOffset)why["message"]!["acceptTime"]!);
        Assert.InRange(planned, node.CheapFrom, node.CheapUntil);
        Assert.True(planned <= accepted.AddHours(6));
        Assert.Equal((0.5, 1.0), ((double)why["plan"]!["price"]!, (double)why["plan"]!["priceWhenPlanned"]!));
        var ended = await node.EndedAsync(waits);
        Assert.Equal("DELIVERED", (string)ended["message"]!["outcome"]!);
        Assert.InRange(PlannedNode.Pushed(ended), planned, accepted.AddHours(6));
        Assert.True(PlannedNode.Pushed(await node.Rest.GetAsync($"v1/messages/{urgent}:explain")) < PlannedNode.Pushed(ended));

        var later = await FirstAsync(hook, "can-wait", urgent);
        Assert.InRange(later, node.CheapFrom, accepted.AddHours(6));
        Assert.True(told < later);
    }

    /// <summary>Each within its period of six hours, in the cheapest minute of it, or at its beginning.</summary>
    private async Task CheckReportsAsync(string id)
    {
        var cheap = node.CheapFrom.ToUnixTimeSeconds() % SixHours;
        Assert.InRange(await PhaseAsync(id, SixHours - 1), cheap, cheap + 59);
        Assert.Equal(0, await PhaseAsync(id, 0));
        await CheckTaskAsync(id, cheap);
        var group = $"g-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/groups?groupId={group}", new { members = new[] { $"objects/{id}" }, characteristics = new { reportTolerance = SixHours - 1 } });
        Assert.InRange(await PhaseAsync(id, 0), cheap, cheap + 59);
    }

    /// <summary>The same by a report task, whose tolerance goes before what the object's characteristic says.</summary>
    private async Task CheckTaskAsync(string id, long cheap)
    {
        var task = await node.Rest.PostAsync("v1/reportTasks", new { target = $"objects/{id}", periodic = new { period = $"{SixHours}s" }, tolerance = $"{SixHours - 1}s" });
        Assert.InRange(await PhaseAsync(id, 0), cheap, cheap + 59);
        await node.Rest.PatchAsync($"v1/{task["name"]}", new { tolerance = "0s" });
        Assert.Equal(0, await PhaseAsync(id, SixHours - 1));
        await node.Rest.DeleteAsync($"v1/{task["name"]}");

        // What it asks for goes by it too.
        var asks = await node.Rest.PostAsync("v1/reportTasks", new { target = $"objects/{id}", onDemand = new { }, tolerance = $"{SixHours}s" });
        Assert.InRange((DateTimeOffset)(await node.Rest.GetAsync($"v1/{asks["question"]}:explain"))["plan"]!["time"]!, node.CheapFrom, node.CheapUntil);
        await node.Rest.PostAsync($"v1/{asks["question"]}:cancel", new { });
    }

    private async Task<long> PhaseAsync(string id, int tolerance)
    {
        await node.Rest.PatchAsync($"v1/objects/{id}", new { characteristics = new { sleeping = false, inFlight = 16, cell = $"cell-{id}", reportPeriod = SixHours, reportTolerance = tolerance } });
        return (long)JsonNode.Parse(await _coap.CallAsync("get", $"/m2m/config?ep={id}"))!["reportPhase"]!;
    }

    private async Task SubscribeAsync(HttpReceiver hook, string id, string name, string? tolerance)
    {
        var application = $"app-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/applications?applicationId={application}", new { });
        var made = await node.Rest.PostAsync(
            $"v1/applications/{application}/subscriptions", new { filter = $"type = \"m2m.message.outcome\" AND object = \"{id}\"", webhook = $"{hook.Address}{name}", tolerance });
        Assert.Equal(tolerance, (string?)made["tolerance"]);
    }

    /// <summary>When the hook first heard of the message's outcome.</summary>
    private static async Task<DateTimeOffset> FirstAsync(HttpReceiver hook, string name, string message)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            foreach (var (path, _, body, at) in hook.Received)
            {
                if (path == "/" + name && (string?)JsonNode.Parse(body)!["data"]!["message"] == "messages/" + message) return at;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token);
        }
    }
}
