namespace M2MCluster.System.Tests.Acceptance;

/// <summary>When messages leave.</summary>
public sealed class PlanningTests(PlannedNode node) : IClassFixture<PlannedNode>
{
    [SkippableFact]
    public async Task Message_ToleratesSixHours_LeavesWhenItIsCheapAndOneThatDoesNotAtOnce()
    {
        var (id, secret) = await node.CreateListenerAsync();
        await using var device = node.Listen(id, secret);
        await node.Rest.GetUntilAsync($"v1/objects/{id}", found => found["status"]!["connected"]!.AsArray().Count > 0);

        var waits = await node.SendAsync(id, "later", new { tolerance = "21600s" });
        var urgent = await node.SendAsync(id, "now", null);

        await node.Rest.GetUntilAsync($"v1/messages/{urgent}", answer => (string?)answer["outcome"] == "DELIVERED");
        var why = await node.Rest.GetAsync($"v1/messages/{waits}:explain");
        var (planned, accepted) = ((DateTimeOffset)why["plan"]!["time"]!, (DateTimeOffset)why["message"]!["acceptTime"]!);
        Assert.InRange(planned, node.CheapFrom, accepted.AddHours(6));
        Assert.Equal((0.5, 1.0), ((double)why["plan"]!["price"]!, (double)why["plan"]!["priceWhenPlanned"]!));
        var ended = await node.EndedAsync(waits);
        Assert.Equal("DELIVERED", (string)ended["message"]!["outcome"]!);
        Assert.InRange(PlannedNode.Pushed(ended), planned, accepted.AddHours(6));
        Assert.True(PlannedNode.Pushed(await node.Rest.GetAsync($"v1/messages/{urgent}:explain")) < PlannedNode.Pushed(ended));
    }
}
