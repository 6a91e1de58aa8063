using M2MCluster.Testing.Postgres;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Crash;

/// <summary>The node is killed while it dispatches a campaign, and started again: no member gets two, none is missed.</summary>
public sealed class CampaignCrashTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const int Members = 12_000;

    [SkippableTheory]
    [InlineData("SQLite")]
    [InlineData("PostgreSQL")]
    public async Task Kill_WhileDispatching_EveryMemberGetsOne(string engine)
    {
        if (engine == "PostgreSQL") Skip.If(postgres.Missing is not null, postgres.Missing);
        var database = engine == "PostgreSQL" ? await postgres.CreateDatabaseAsync() : null;
        await using var host = await HostProcess.StartAsync(new() { Assembly = Node.HostAssembly, ConnectionString = database });
        await host.Rest.ImportAsync("fleet", Enumerable.Range(0, Members).Select(i => $$"""{"objectId":"m-{{i:d6}}"}"""));
        await host.Rest.PostAsync("v1/groups?groupId=all", new { });
        await host.Rest.PostAsync("v1/groups/all:addMatching", new { filter = "id = \"m-*\"" });
        var sent = await host.Rest.PostAsync("v1/messages", new
        {
            target = "groups/all", payload = "aGVsbG8=", contentType = "text/plain", ttl = "86400s", campaign = new { rate = 2000, memberEvents = false },
        });
        var name = (string)sent["message"]!["name"]!;

        foreach (var share in new[] { 4, 2 })
        {
            await host.Rest.GetUntilAsync($"v1/{name}", message => (int)message["campaign"]!["dispatched"]! >= Members / share);
            await host.KillAsync();
            await host.StartAsync();
        }

        // After a crash the schedule goes on with it within some fifteen seconds.
        await host.Rest.GetUntilAsync($"v1/{name}", message => (string?)message["campaign"]!["phase"] == "DISPATCHED", TimeSpan.FromMinutes(2));
        var targets = new List<string>();
        var token = "";
        do
        {
            var page = await host.Rest.GetAsync($"v1/messages?pageSize=1000&pageToken={Uri.EscapeDataString(token)}&filter={Uri.EscapeDataString($"parent = \"{name}\"")}");
            targets.AddRange(page["messages"]!.AsArray().Select(part => (string)part!["target"]!));
            token = (string?)page["nextPageToken"] ?? "";
        }
        while (token.Length > 0);
        Assert.Equal(Members, targets.Count);
        Assert.Equal(Members, targets.Distinct().Count());
        Assert.Equal(1, (int)(await host.Rest.GetAsync("v1/objects/m-000007"))["status"]!["waitingMessages"]!);
    }
}
