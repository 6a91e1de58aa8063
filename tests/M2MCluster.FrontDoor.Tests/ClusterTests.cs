using System.Net;
using M2MCluster.FrontDoor.Cluster;

namespace M2MCluster.FrontDoor.Tests;

[Collection(FrontDoorCollection.Name)]
public sealed class ClusterTests(FrontDoorFixture door)
{
    [Fact]
    public async Task GetCluster_OneSilo_TellsOfItself()
    {
        await door.NewObjectAsync();
        using var rest = door.Rest();
        var cluster = await rest.GetAsync("/v1/cluster").Ok();
        Assert.Equal("default", cluster.GetProperty("clusterId").GetString());
        var silo = Assert.Single(cluster.GetProperty("silos").EnumerateArray());
        Assert.Equal("ACTIVE", silo.GetProperty("status").GetString());
        Assert.StartsWith("cluster/silos/127.0.0.1:", silo.GetProperty("name").GetString(), StringComparison.Ordinal);
        var load = silo.GetProperty("load");
        Assert.NotEqual("unknown", load.GetProperty("version").GetString());
        Assert.InRange(load.GetProperty("memoryBytes").GetInt64(), 1 << 20, load.GetProperty("memoryLimitBytes").GetInt64());
        Assert.InRange(load.GetProperty("cpuPercent").GetDouble(), 0, 100);
        Assert.Contains(silo.GetProperty("grains").EnumerateArray(), grain => grain.GetProperty("type").GetString() == "ObjectGrain" && grain.GetProperty("activations").GetInt64() > 0);
        Assert.True(silo.GetProperty("activations").GetInt64() > 1);
        Assert.Empty(cluster.GetProperty("hotSpots").EnumerateArray());
    }

    [Fact]
    public async Task GetCluster_WhatWaits_IsCounted()
    {
        var (app, client, _) = await door.NewApplicationAsync(subscribed: true);
        using (client)
        using (var rest = door.Rest())
        {
            var before = (await rest.GetAsync("/v1/cluster").Ok()).GetProperty("backlog").GetProperty("waitingMessages").GetInt64();
            var target = await door.NewObjectAsync();
            await client.PostAsync("/v1/messages", $$"""{"target":"objects/{{target}}","payload":"aGk=","ttl":"3600s"}""").Ok();
            await door.ReportAsync(target, """[{"n":"t","v":1}]""");
            var backlog = (await rest.GetAsync("/v1/cluster").Ok()).GetProperty("backlog");

            // Others send meanwhile, and theirs may end.
            Assert.True(backlog.GetProperty("waitingMessages").GetInt64() > 0, $"{before}");
            var lag = backlog.GetProperty("feeds").EnumerateArray().Single(feed => feed.GetProperty("feed").GetString() == app).GetProperty("events").GetInt64();
            Assert.True(lag > 0);

            var events = await client.GetAsync($"/v1/applications/{app}/events").Ok();
            await client.PostAsync($"/v1/applications/{app}/events:acknowledge", $$"""{"cursor":"{{events.GetProperty("cursor").GetString()}}"}""").Ok();
            var after = (await rest.GetAsync("/v1/cluster").Ok()).GetProperty("backlog").GetProperty("feeds").EnumerateArray().FirstOrDefault(feed => feed.GetProperty("feed").GetString() == app);
            Assert.True(after.ValueKind == System.Text.Json.JsonValueKind.Undefined || after.GetProperty("events").GetInt64() < lag);
        }
    }

    [Fact]
    public async Task Cluster_IsTheOperatorsAlone()
    {
        var (_, client, _) = await door.NewApplicationAsync();
        using (client)
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/v1/cluster")).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/v1/cluster/silos")).Status);
        }

        using var nobody = door.Rest(key: null);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("/v1/cluster")).Status);
        using var rest = door.Rest();
        Assert.Single((await rest.GetAsync("/v1/cluster/silos").Ok()).GetProperty("silos").EnumerateArray());
    }

    [Fact]
    public void HotSpots_MuchMoreThanTheMean_IsToldWorstFirst()
    {
        V1.Silo[] silos = [Silo("a", 90, 1000), Silo("b", 20, 1000), Silo("c", 25, 10_000), new() { Name = "silent" }];
        Assert.Equal(["c activations 10000 of 4000", "a cpu 90 of 45"], HotSpots.Among(silos).Select(spot => $"{spot.Silo} {spot.Figure} {spot.Value} of {spot.Mean}"));
    }

    [Fact]
    public void HotSpots_LittleInAllOrNobody_IsNone()
    {
        Assert.Empty(HotSpots.Among([]));
        Assert.Empty(HotSpots.Among([Silo("a", 10, 10), Silo("b", 0, 0)]));
    }

    private static V1.Silo Silo(string name, double cpu, long activations) => new() { Name = name, Activations = activations, Load = new() { CpuPercent = cpu } };
}
