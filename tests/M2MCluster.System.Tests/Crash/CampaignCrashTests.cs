using System.Text.Json.Nodes;
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

        await DispatchedAsync(host, name);
        var targets = await TargetsAsync(host, name);
        Assert.Equal(Members, targets.Count);
        Assert.Equal(Members, targets.Distinct().Count());
        Assert.Equal(1, (int)(await host.Rest.GetAsync("v1/objects/m-000007"))["status"]!["waitingMessages"]!);
    }

    /// <summary>More objects than are read in the call: the answer does not wait for all of them, and what was read is not lost.</summary>
    [Theory]
    [InlineData("cell")]
    [InlineData("query")]
    public async Task Kill_WhileMembersAreFound_EachThatIsThereGetsOne(string by)
    {
        const int Objects = 80_000;
        const int There = Objects / 40;
        await using var host = await HostProcess.StartAsync(new() { Assembly = Node.HostAssembly });
        await host.Rest.ImportAsync("fleet", Enumerable.Range(0, Objects).Select(i => $$"""{"objectId":"m-{{i:d6}}","characteristics":{"cell":"{{(i % 40 == 7 ? "here" : "there")}}"} }"""));
        if (by == "query") await host.Rest.PostAsync("v1/groups?groupId=all", new { filter = "characteristics.cell = here" });
        var sent = by == "query"
            ? await host.Rest.PostAsync("v1/messages", new { target = "groups/all", payload = "aGVsbG8=", ttl = "86400s", campaign = new { memberEvents = false } })
            : await host.Rest.PostAsync("v1/messages", new { area = new { cell = "here" }, payload = "aGVsbG8=", ttl = "86400s", campaign = new { memberEvents = false } });
        await host.KillAsync();
        await host.StartAsync();

        var name = (string)sent["message"]!["name"]!;
        await DispatchedAsync(host, name);
        var targets = await TargetsAsync(host, name);
        Assert.Equal(There, (int)(await host.Rest.GetAsync($"v1/{name}"))["campaign"]!["targets"]!);
        Assert.Equal(Enumerable.Range(0, There).Select(i => $"objects/m-{(40 * i) + 7:d6}"), targets.Order(StringComparer.Ordinal));
    }

    private static async Task<IReadOnlyList<string>> TargetsAsync(HostProcess host, string name)
    {
        var targets = new List<string>();
        var token = "";
        do
        {
            var page = await host.Rest.GetAsync($"v1/messages?pageSize=1000&pageToken={Uri.EscapeDataString(token)}&filter={Uri.EscapeDataString($"parent = \"{name}\"")}");
            targets.AddRange(page["messages"]!.AsArray().Select(part => (string)part!["target"]!));
            token = (string?)page["nextPageToken"] ?? "";
        }
        while (token.Length > 0);
        return targets;
    }

    // After a crash the schedule goes on with it within some fifteen seconds.
    private static Task<JsonNode> DispatchedAsync(HostProcess host, string name) =>
        host.Rest.GetUntilAsync($"v1/{name}", message => (string?)message["campaign"]!["phase"] == "DISPATCHED", TimeSpan.FromMinutes(2));
}
