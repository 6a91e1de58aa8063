using System.Net;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.FrontDoor.Tests;

/// <summary>What operators see of plans.</summary>
public sealed class PlanTests(PlannedDoor door) : IClassFixture<PlannedDoor>
{
    [Fact]
    public async Task GetPlan_TellsBudgetsCalendarAndWhatIsInTheSlots()
    {
        using var rest = door.Rest();
        var cell = door.NewName("cell");
        var id = await door.NewObjectAsync();
        await rest.PatchAsync($"/v1/objects/{id}", $$$"""{"characteristics":{"cell":"{{{cell}}}","sleeping":false}}""").Ok();
        await door.Object(id).Attach(new(id, Strength.Protected, Bearer.Mqtt, "127.0.0.1:1"), new(new RecordingEdge(), id, Bearer.Mqtt, ChannelTraits.Messages), null);
        await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","payload":"aGk=","ttl":"86400s"}""").Ok();
        for (var i = 0; i < 2; i++) await rest.PostAsync("/v1/messages", $$$"""{"target":"objects/{{{id}}}","payload":"aGk=","ttl":"86400s","window":{"tolerance":"59s"}}""").Ok();

        var plan = await rest.GetAsync($"/v1/plans/mqtt?slots=3&cell={cell}").Ok();

        Assert.Equal(("plans/mqtt", "60s", 5, 2), (
            plan.GetProperty("name").GetString(), plan.GetProperty("slot").GetString(),
            plan.GetProperty("budget").GetProperty("messages").GetInt32(), plan.GetProperty("cellBudget").GetProperty("messages").GetInt32()));
        Assert.False(plan.GetProperty("budget").TryGetProperty("bytes", out _));
        Assert.StartsWith("cluster/silos/127.0.0.1:", plan.GetProperty("silo").GetString(), StringComparison.Ordinal);
        var tariff = Assert.Single(plan.GetProperty("calendar").EnumerateArray());
        Assert.Equal(("SUNDAY", "22:00:00", "06:00:00", 0.5, 0.5), (
            tariff.GetProperty("days")[0].GetString(), tariff.GetProperty("from").GetString(), tariff.GetProperty("to").GetString(),
            tariff.GetProperty("price").GetDouble(), tariff.GetProperty("share").GetDouble()));
        var slots = plan.GetProperty("slots").EnumerateArray().ToList();
        Assert.Equal(3, slots.Count);
        Assert.Equal((1, 2, 1, 2), (Of(slots[0], "left", "messages"), Of(slots[0], "left", "bytes"), Of(slots[0], "tolerant", "messages"), Of(slots[0], "budget", "messages")));
        Assert.Equal(1, plan.GetProperty("cells").EnumerateArray().Single(one => one.GetProperty("cell").GetString() == cell).GetProperty("fill").GetDouble());
        var all = await rest.GetAsync("/v1/plans").Ok();
        Assert.Equal(["plans/mqtt"], all.GetProperty("plans").EnumerateArray().Select(one => one.GetProperty("name").GetString()!));
        Assert.Equal(10, all.GetProperty("plans")[0].GetProperty("slots").GetArrayLength());
    }

    [Fact]
    public async Task GetPlan_OfNobody_IsRefused()
    {
        using var rest = door.Rest();
        foreach (var path in new[] { "/v1/plans/coap", "/v1/plans/none", "/v1/plans/mqtt?cell=none" }) Assert.Equal(HttpStatusCode.NotFound, (await rest.GetAsync(path)).Status);
        Assert.Equal(["slots"], (await rest.GetAsync("/v1/plans/mqtt?slots=1441")).Violations);
        var (_, client, _) = await door.NewApplicationAsync();
        using (client)
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/v1/plans")).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/v1/plans/mqtt")).Status);
        }
    }

    private static int Of(System.Text.Json.JsonElement slot, string load, string what) => slot.GetProperty(load).GetProperty(what).GetInt32();
}
