using System.Text.Json.Nodes;
using M2MCluster.System.Tests.Qos;
using M2MCluster.Testing;
using M2MCluster.Testing.Postgres;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Clustering;

/// <summary>Silos are killed one after the other while a network's sessions hold: another silo has them, and nothing is given out twice or left behind.</summary>
public sealed class QosFaultTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Number = "+4915012345";

    [SkippableFact]
    public async Task Flow_ItsSiloIsKilled_HoldsOnAnotherIsKeptAndIsReleasedInTheEnd()
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        var (port, secret) = (Ports.Take(), Path.GetTempFileName());
        await File.WriteAllTextAsync(secret, CamaraServer.Secret);
        await using var network = new CamaraServer(port);
        await network.StartAsync();
        await using var cluster = await Cluster.StartAsync(Node.HostAssembly, await postgres.CreateDatabaseAsync(), 3, _ => new Dictionary<string, string>(QosSettings.Of(port, secret))
        {
            ["Logging__LogLevel__Default"] = "Warning", ["M2M__Silo__FailureDetection"] = "00:00:03",
        });
        await CreateAsync(cluster[2].Rest, "holder", Number);
        await CreateAsync(cluster[2].Rest, "other", "+4915012346");
        var flow = (string)(await cluster[2].Rest.PostAsync("v1/flows", Opening("holder", 1_000_000, "600s")))["name"]!;
        await GrantedAsync(cluster[2].Rest, flow);

        for (var silo = 0; silo < 2; silo++)
        {
            await cluster[silo].KillAsync();
            await cluster.WaitForDeathAsync(cluster[silo]);
            await Fleet.UntilServedAsync(() => GrantedAsync(cluster[2].Rest, flow));
            // What it holds is held: a second one has no room.
            var refusal = await Assert.ThrowsAsync<HttpRequestException>(() => Fleet.UntilServedAsync(() => cluster[2].Rest.PostAsync("v1/flows", Opening("other", 500_000, "60s"))));
            Assert.Contains("QOS_REFUSED", refusal.Message, StringComparison.Ordinal);
            Assert.Equal("QOS_L", network.Holding[Number]);
            await cluster[silo].StartAsync();
            await cluster.WaitForActiveAsync(3);
        }

        // Whoever has the flow now asks the network to go on, and then to end.
        await Fleet.UntilServedAsync(() => cluster[0].Rest.PostAsync($"v1/{flow}:extend", new { duration = "3600s" }));
        await QosNode.UntilAsync(() => network.Calls.Contains($"EXTEND {Number}"), () => string.Join('\n', network.Calls));
        Assert.Single(network.Calls, call => call.StartsWith("POST", StringComparison.Ordinal));
        await Fleet.UntilServedAsync(() => cluster[1].Rest.DeleteAsync($"v1/{flow}"));
        await QosNode.UntilAsync(() => network.Holding.Count == 0, () => "the session stays");
        File.Delete(secret);
    }

    private static object Opening(string id, long bandwidth, string duration) =>
        new { target = $"objects/{id}", bearer = "MQTT", qos = new { bandwidth, whenFull = "BLOCK" }, duration };

    private static async Task CreateAsync(RestClient rest, string id, string number) =>
        await rest.PostAsync($"v1/objects?objectId={id}", new { names = new[] { "tel:" + number }, characteristics = new { cell = "one" } });

    private static Task<JsonNode> GrantedAsync(RestClient rest, string flow) => rest.GetUntilAsync($"v1/{flow}", answer => (string)answer["sessions"]![0]!["status"]! == "GRANTED");
}
