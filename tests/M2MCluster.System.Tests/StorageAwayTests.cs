using System.Net;
using System.Text.Json.Nodes;
using M2MCluster.Testing;
using M2MCluster.Testing.Postgres;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests;

/// <summary>The database dies under a running node and comes back.</summary>
public sealed class StorageAwayTests
{
    private const string Report = """[{"n":"t","v":1}]""";

    [SkippableFact]
    [Requirement("4.7")]
    public async Task Postgres_CrashesAndComesBack_NothingIsAcknowledgedMeanwhileAndNothingIsLost()
    {
        await using var server = await PostgresServer.StartAsync(Programs.Postgres);
        await using var host = await HostProcess.StartAsync(new()
        {
            Assembly = Node.HostAssembly, ConnectionString = server.ConnectionString, More = new Dictionary<string, string> { ["Logging__LogLevel__Default"] = "Error" },
        });
        await CreateAsync(host, "meter-1");
        await CreateAsync(host, "meter-2");
        using var device = await (await RawMqtt.Open(host.MqttPort)).Enter(RawMqtt.Connect("meter-1"));
        await device.Send(RawMqtt.Publish("m2m/reports", Report, id: 1));
        Assert.Equal("40 0001", await device.Hear());
        await server.CrashAsync();

        // The connection stays, its publish unacknowledged; whoever comes new is told to come later.
        await device.Send(RawMqtt.Publish("m2m/reports", Report, id: 2));
        await device.AssertSilent();
        using (var later = await RawMqtt.Open(host.MqttPort))
        {
            await later.Send(RawMqtt.Connect("meter-2", version: 5));
            Assert.StartsWith("20 0088", await later.Hear(), StringComparison.Ordinal);
        }

        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => host.Rest.PostAsync("v1/objects?objectId=meter-3", new { kind = "DEVICE" }));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        await device.AssertSilent();
        Assert.False(await IsReadyAsync(host));
        await server.ResumeAsync();

        Assert.Equal([0, 2], (await device.Read(TimeSpan.FromSeconds(60)))!.Value.Body);
        await device.Send(RawMqtt.Publish("m2m/reports", Report, id: 3));
        Assert.Equal("40 0003", await device.Hear());
        var page = await host.Rest.GetUntilAsync("v1/objects/meter-1/reports", page => page["reports"] is JsonArray { Count: >= 3 });
        Assert.Equal(3, page["reports"]!.AsArray().Count);

        // It says so once a write of its own has gone through.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!await IsReadyAsync(host)) await poll.WaitForNextTickAsync(patience.Token);
        using var again = await (await RawMqtt.Open(host.MqttPort)).Enter(RawMqtt.Connect("meter-2"));
    }

    private static async Task<bool> IsReadyAsync(HostProcess host)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{host.ManagementPort}/health/ready"));
        return answer.IsSuccessStatusCode;
    }

    private static async Task CreateAsync(HostProcess host, string id)
    {
        await host.Rest.PostAsync($"v1/objects?objectId={id}", new { kind = "DEVICE" });
        await host.Rest.PostAsync($"v1/objects/{id}/credentials", new { mqttSecret = new { secret = RawMqtt.Secret } });
    }
}
