using System.Net;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Clustering;

/// <summary>Devices, applications and messages meet on one silo as on another.</summary>
public sealed class SeveralSilosTests(ThreeSilos silos) : IClassFixture<ThreeSilos>
{
    [SkippableFact]
    public async Task Message_AcceptedOnOneSilo_ReachesADeviceOnAnother()
    {
        Skip.If(silos.Missing is not null, silos.Missing);
        var id = await silos[0].CreateDeviceAsync();
        using var device = await silos[1].ConnectAsync(id);
        var message = await silos[2].SendAsync(id, "from afar");
        await device.ExpectAsync("from afar");
        await silos[0].UntilOutcomeAsync(message, "DELIVERED");
    }

    [SkippableFact]
    public async Task Command_AcceptedOnOneSilo_GoesOutFromTheSocketWhereTheEndpointRegistered()
    {
        Skip.If(silos.Missing is not null, silos.Missing);
        var id = await silos[0].CreateDeviceAsync();
        await using var device = silos[1].Lamp(id);
        await device.RegisterAsync();
        await silos[0].UntilOutcomeAsync(await silos[2].CommandAsync(id), "APPLIED");
    }

    [SkippableFact]
    public async Task Device_ThatConnectsToAnotherSilo_TakesOver()
    {
        Skip.If(silos.Missing is not null, silos.Missing);
        var id = await silos[0].CreateDeviceAsync();
        using var former = await silos[1].ConnectAsync(id);
        using var later = await silos[2].ConnectAsync(id);
        Assert.Equal("e0 8e00", await former.Hear());
        Assert.Equal("closed", await former.Hear());
        var message = await silos[1].SendAsync(id, "to the later one");
        await later.ExpectAsync("to the later one");
        await silos[1].UntilOutcomeAsync(message, "DELIVERED");
        Assert.Equal("REACHABLE", (string?)(await silos[0].Rest.GetAsync($"v1/objects/{id}"))["status"]!["reachability"]);
    }

    [SkippableFact]
    public async Task Subscription_MadeOnOneSilo_HoldsForTheNextReportOnAnother()
    {
        Skip.If(silos.Missing is not null, silos.Missing);
        var id = await silos[0].CreateDeviceAsync();
        using var device = await silos[1].ConnectAsync(id);
        for (ushort round = 2; round < 12; round++)
        {
            var application = $"app-{Guid.NewGuid():n}";
            var answers = silos[round % 3].Rest;
            await answers.PostAsync($"v1/applications?applicationId={application}", new { });
            await answers.PostAsync($"v1/applications/{application}/subscriptions", new { filter = round % 2 == 0 ? "" : $"group = \"{id}\"" });
            if (round % 2 == 1) await silos[(round + 1) % 3].Rest.PostAsync($"v1/groups?groupId={id}", new { members = new[] { $"objects/{id}" } });
            await device.Send(RawMqtt.Publish("m2m/reports", Fleet.Report, id: round, version: 5));
            Assert.Equal($"40 {round:x4}", (await device.Hear())[..7]);
            if (round % 2 == 1) await silos[0].Rest.DeleteAsync($"v1/groups/{id}");
            await device.Send(RawMqtt.Publish("m2m/reports", Fleet.Report, id: 99, version: 5));
            Assert.Equal("40 0063", (await device.Hear())[..7]);
            var heard = (await silos[(round + 2) % 3].Rest.GetAsync($"v1/applications/{application}/events"))["events"]!.AsArray();
            Assert.Equal(round % 2 == 0 ? 2 : 1, heard.Count(told => (string?)told!["type"] == "m2m.report"));
        }
    }

    [SkippableFact]
    public async Task Key_RevokedOnOneSilo_IsRefusedByTheOthers()
    {
        Skip.If(silos.Missing is not null, silos.Missing);
        var application = $"app-{Guid.NewGuid():n}";
        await silos[0].Rest.PostAsync($"v1/applications?applicationId={application}", new { });
        var grant = await silos[0].Rest.PostAsync($"v1/applications/{application}/keys", new { });
        using var other = new RestClient(new($"http://127.0.0.1:{silos[1].HttpPort}/"), (string)grant["key"]!);
        await other.GetAsync($"v1/applications/{application}");
        await silos[2].Rest.DeleteAsync($"v1/{(string)grant["name"]!}");

        // M2M:FrontDoor:KeyCacheTime, 5 s.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                await other.GetAsync($"v1/applications/{application}");
            }
            catch (HttpRequestException refused)
            {
                Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), patience.Token);
        }
    }

    [SkippableFact]
    public async Task EverySilo_HasANodeNumberOfItsOwn()
    {
        Skip.If(silos.Missing is not null, silos.Missing);
        Assert.Equal(3, await silos.Cluster.ScalarAsync("SELECT count(DISTINCT owner) FROM node_leases WHERE expires_at > now()"));
    }
}
