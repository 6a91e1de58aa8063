using System.Text.Json.Nodes;
using M2MCluster.Testing;
using M2MCluster.Testing.Postgres;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Clustering;

/// <summary>A silo is killed, frozen, or stopped while the others go on.</summary>
public sealed class SiloFaultTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [SkippableFact]
    public async Task Kill_OfTheSiloWithTheGrains_SessionsAndEndpointsOnOthersAreServedSoon()
    {
        await using var cluster = await StartAsync();
        // The silo that makes an object has its grain.
        var meter = await cluster[0].CreateDeviceAsync();
        var lamp = await cluster[0].CreateDeviceAsync();
        using var device = await cluster[1].ConnectAsync(meter);
        await using var server = cluster[2].Lamp(lamp);
        await server.RegisterAsync();
        var slow = await cluster[0].CreateDeviceAsync();
        using var unanswered = await cluster[1].ConnectAsync(slow);
        var underWay = await cluster[0].SendAsync(slow, "under way");
        var packet = (await unanswered.Read(TimeSpan.FromSeconds(60)))!.Value;
        await cluster[0].KillAsync();

        // Acknowledged when nobody knows of the attempt any more, it may come once more, and ends once.
        await unanswered.AcknowledgeAsync(packet);
        var acknowledging = unanswered.AcknowledgeAllAsync();
        await cluster[2].UntilOutcomeAsync(underWay, "DELIVERED");
        var message = await Fleet.UntilServedAsync(() => cluster[2].SendAsync(meter, "after the crash"));
        await device.ExpectAsync("after the crash");
        await cluster[1].UntilOutcomeAsync(message, "DELIVERED");
        var command = await Fleet.UntilServedAsync(() => cluster[1].CommandAsync(lamp));
        await cluster[1].UntilOutcomeAsync(command, "APPLIED");

        await cluster[0].StartAsync();
        await cluster.WaitForActiveAsync(3);
        unanswered.Dispose();
        await acknowledging;
        Assert.Equal("REACHABLE", (string?)(await Fleet.UntilServedAsync(() => cluster[0].Rest.GetAsync($"v1/objects/{meter}")))["status"]!["reachability"]);
    }

    [SkippableFact]
    public async Task Freeze_UntilTheOthersGoOnWithout_TheSiloWritesNothingOldAndEnds()
    {
        await using var cluster = await StartAsync();
        var id = await cluster[0].CreateDeviceAsync();
        using var old = await cluster[0].ConnectAsync(id);
        await old.Send(Numbered(2));
        Assert.Equal("40 0002", (await old.Hear())[..7]);
        await cluster[0].FreezeAsync();
        // These arrive at a socket that nobody reads.
        for (ushort number = 3; number < 8; number++) await old.Send(Numbered(number));
        await cluster.WaitForDeathAsync(cluster[0]);
        using var device = await ReconnectAsync(cluster[1], id);
        await device.Send(Numbered(8));
        Assert.Equal("40 0008", (await device.Hear())[..7]);
        await cluster[0].ThawAsync();

        // Told that it is dead, it ends. Until then it may pass on what it reads; what it acknowledged is there, and nothing is there twice.
        Assert.NotEqual(0, await cluster[0].WaitForExitAsync());
        var acknowledged = new List<int> { 2, 8 };
        while (await old.Read() is { } packet)
        {
            if (packet.Header == 0x40) acknowledged.Add(packet.Body[1]);
        }

        var page = await Fleet.UntilServedAsync(() => cluster[1].Rest.GetAsync($"v1/objects/{id}/reports?pageSize=100"));
        var stored = (page["reports"] as JsonArray ?? []).Select(report => (int)(double)report!["senml"]![0]!["v"]!).ToList();
        Assert.Equal(stored.Distinct(), stored);
        Assert.Subset(stored.ToHashSet(), acknowledged.ToHashSet());
        var message = await Fleet.UntilServedAsync(() => cluster[2].SendAsync(id, "still here"));
        await device.ExpectAsync("still here");
        await cluster[2].UntilOutcomeAsync(message, "DELIVERED");
    }

    [SkippableFact]
    public async Task Terminate_SiloWithSessions_TellsThemCommitsAndHandsOver()
    {
        await using var cluster = await StartAsync();
        var id = await cluster[1].CreateDeviceAsync();
        var elsewhere = await cluster[1].CreateDeviceAsync();
        using var device = await cluster[1].ConnectAsync(id);
        using var other = await cluster[2].ConnectAsync(elsewhere);
        await device.Send(RawMqtt.Publish("m2m/reports", Fleet.Report, id: 2, version: 5));
        Assert.Equal("40 0002", (await device.Hear())[..7]);
        var stopped = cluster[1].StopAsync();

        Assert.Equal("e0 8b00", await device.Hear());
        Assert.Equal("closed", await device.Hear());
        Assert.Equal(0, await stopped);
        Assert.Equal(2, await cluster.ScalarAsync("SELECT count(*) FROM silos WHERE status = 3"));
        Assert.Equal(2, await cluster.ScalarAsync("SELECT count(*) FROM node_leases WHERE expires_at > now()"));
        using var again = await ReconnectAsync(cluster[2], id);
        Assert.Single((await cluster[0].Rest.GetAsync($"v1/objects/{id}/reports"))["reports"] as JsonArray ?? []);
        var messages = new[] { await cluster[0].SendAsync(id, "to the one that moved"), await cluster[0].SendAsync(elsewhere, "to the one whose grain moved") };
        await again.ExpectAsync("to the one that moved");
        await other.ExpectAsync("to the one whose grain moved");
        foreach (var message in messages) await cluster[0].UntilOutcomeAsync(message, "DELIVERED");
    }

    [SkippableFact]
    public async Task Start_WithAnotherPepper_IsRefusedInWords()
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await HostProcess.StartAsync(new() { Assembly = Node.HostAssembly, ConnectionString = database });
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            () => HostProcess.StartAsync(new() { Assembly = Node.HostAssembly, ConnectionString = database }));
        Assert.Contains("M2M:KeyFolder", refusal.Message, StringComparison.Ordinal);
    }

    private async Task<Cluster> StartAsync()
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        return await Cluster.StartAsync(Node.HostAssembly, await postgres.CreateDatabaseAsync(), 3);
    }

    private static byte[] Numbered(ushort number) => RawMqtt.Publish("m2m/reports", $$"""[{"n":"t","v":{{number}}}]""", id: number, version: 5);

    // As a device does: again and again, until it is served.
    private static async Task<RawMqtt> ReconnectAsync(HostProcess silo, string id)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var device = await RawMqtt.Open(silo.MqttPort);
            await device.Send(RawMqtt.Connect(id, version: 5));
            if ((await device.Read(TimeSpan.FromSeconds(30)))?.Body is [_, 0, ..])
            {
                await device.Send(RawMqtt.Subscribe(1, "m2m/mailbox/#", version: 5));
                Assert.StartsWith("90 0001", await device.Hear(), StringComparison.Ordinal);
                return device;
            }

            device.Dispose();
            await Task.Delay(TimeSpan.FromMilliseconds(200), patience.Token);
        }
    }
}
