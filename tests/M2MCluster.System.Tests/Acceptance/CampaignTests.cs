using System.Text.Json.Nodes;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>Messages to many, and what the members of a group share.</summary>
public sealed class CampaignTests(Node node) : IClassFixture<Node>
{
    private readonly CoapClient _coap = new(node);

    [SkippableFact]
    [Requirement("4.3.b")]
    public async Task Broadcast_AThousandDevicesBehindTenGateways_TenDownlinksAndAThousandOutcomes()
    {
        var prefix = $"{Guid.NewGuid():n}"[..8];
        var gateways = new List<string>();
        for (var i = 0; i < 10; i++) gateways.Add((await node.CreateAsync("GATEWAY", "FULL")).Id);
        await node.Rest.ImportAsync(prefix, Enumerable.Range(0, 1000).Select(i =>
            $$$"""{"objectId":"{{{prefix}}}-{{{i}}}","gateway":"objects/{{{gateways[i % 10]}}}","characteristics":{"site":"{{{prefix}}}"}}"""));
        await node.Rest.PostAsync($"v1/groups?groupId={prefix}", new { filter = $"characteristics.site = \"{prefix}\"" });

        var sent = await node.Rest.PostAsync("v1/messages", new { target = $"groups/{prefix}", mode = "BROADCAST", payload = "aGVsbG8=", contentType = "text/plain", ttl = "3600s" });
        var name = (string)sent["message"]!["name"]!;
        await node.Rest.GetUntilAsync($"v1/{name}", message => (string?)message["campaign"]!["phase"] == "DISPATCHED");

        foreach (var gateway in gateways)
        {
            var list = await _coap.CallAsync("get", $"/m2m/mailbox?ep={gateway}");
            Assert.DoesNotContain("for=", list, StringComparison.Ordinal);
            var id = Assert.Single(list.Split("</m2m/mailbox/")[1..])[..16];
            var content = JsonNode.Parse(await _coap.CallAsync("get", $"/m2m/mailbox/{id}?ep={gateway}"))!;
            var children = content["for"]!.AsArray().Select(child => (string)child!).ToList();
            Assert.Equal(100, children.Count);
            Assert.Equal("aGVsbG8=", (string)content["payload"]!);
            await _coap.CallAsync("post", $"/m2m/mailbox/{id}?ep={gateway}&result=ok", $$$"""{"results":{"{{{children[0]}}}":"error"}}""", "50");
        }

        var ended = await node.Rest.GetUntilAsync($"v1/{name}", message => (string?)message["state"] == "ENDED");
        Assert.Equal((990, 10), ((int)ended["memberOutcomes"]!["APPLIED"]!, (int)ended["memberOutcomes"]!["REJECTED"]!));
        var page = await node.Rest.GetAsync($"v1/messages?pageSize=1000&filter={Uri.EscapeDataString($"parent = \"{name}\"")}");
        Assert.Equal(1000, page["messages"]!.AsArray().Select(part => (string)part!["target"]!).Distinct().Count());
    }

    [Fact]
    [Requirement("6.3.d")]
    public async Task SharedCharacteristics_OfGroups_HoldFromJoiningToLeavingAndTheHigherPrecedenceWins()
    {
        var (first, later) = ((await node.CreateAsync()).Id, (await node.CreateAsync()).Id);
        var (low, high) = ($"low-{first}", $"high-{first}");
        await node.Rest.PatchAsync($"v1/objects/{first}", new { characteristics = new { reportPeriod = 60, priority = 1 } });
        await node.Rest.PostAsync($"v1/groups?groupId={low}", new { members = new[] { $"objects/{first}" }, characteristics = new { reportPeriod = 900, priority = 2, mode = "eco" } });
        Assert.Equal((900.0, "GROUP", $"groups/{low}"), await EffectiveAsync(first, "reportPeriod"));
        Assert.Equal((2.0, "GROUP", $"groups/{low}"), await EffectiveAsync(first, "priority"));

        await node.Rest.PostAsync($"v1/groups/{low}:addMembers", new { members = new[] { $"objects/{later}" } });
        await node.Rest.PatchAsync($"v1/groups/{low}", new { characteristics = new { reportPeriod = 1800 } });
        foreach (var member in new[] { first, later }) Assert.Equal((1800.0, "GROUP", $"groups/{low}"), await EffectiveAsync(member, "reportPeriod"));
        Assert.Equal((1.0, "PRECONFIGURED", ""), await EffectiveAsync(first, "priority"));

        await node.Rest.PostAsync($"v1/groups?groupId={high}", new { members = new[] { $"groups/{low}" }, characteristics = new { reportPeriod = 30 }, precedence = 1 });
        Assert.Equal((30.0, "GROUP", $"groups/{high}"), await EffectiveAsync(later, "reportPeriod"));
        await node.Rest.PostAsync($"v1/groups/{high}:removeMembers", new { members = new[] { $"groups/{low}" } });
        Assert.Equal((1800.0, "GROUP", $"groups/{low}"), await EffectiveAsync(later, "reportPeriod"));

        await node.Rest.PostAsync($"v1/groups/{low}:removeMembers", new { members = new[] { $"objects/{first}" } });
        Assert.Equal((60.0, "PRECONFIGURED", ""), await EffectiveAsync(first, "reportPeriod"));
        Assert.Equal((1800.0, "GROUP", $"groups/{low}"), await EffectiveAsync(later, "reportPeriod"));
    }

    [SkippableFact]
    public async Task Anycast_TheFirstAsksLate_OneEffectOnly()
    {
        var members = new[] { (await node.CreateAsync(plain: "FULL")).Id, (await node.CreateAsync(plain: "FULL")).Id };
        Array.Sort(members, StringComparer.Ordinal);
        var group = $"any-{members[0]}";
        await node.Rest.PostAsync($"v1/groups?groupId={group}", new { members = members.Select(id => $"objects/{id}") });
        var sent = await node.Rest.PostAsync("v1/messages", new
        {
            target = $"groups/{group}", mode = "ANYCAST", confirmation = "APPLIED", payload = "aGVsbG8=", contentType = "text/plain", ttl = "600s", campaign = new { memberWait = "3s" },
        });
        var name = (string)sent["message"]!["name"]!;
        await node.Rest.GetUntilAsync($"v1/{name}", message => (int)message["campaign"]!["dispatched"]! == 2);

        var list = await _coap.CallAsync("get", $"/m2m/mailbox?ep={members[1]}");
        var id = list[(list.IndexOf("/m2m/mailbox/", StringComparison.Ordinal) + "/m2m/mailbox/".Length)..][..16];
        Assert.Contains("hello", await _coap.CallAsync("get", $"/m2m/mailbox/{id}?ep={members[1]}"), StringComparison.Ordinal);
        Assert.Contains("4.04", await _coap.CallAsync("get", $"/m2m/mailbox/next?ep={members[0]}"), StringComparison.Ordinal);
        await _coap.CallAsync("post", $"/m2m/mailbox/{id}?ep={members[1]}&result=ok", "");

        var ended = await node.Rest.GetUntilAsync($"v1/{name}", message => (string?)message["state"] == "ENDED");
        Assert.Equal("APPLIED", (string)ended["outcome"]!);
        Assert.Equal(1, (int)ended["memberOutcomes"]!["APPLIED"]!);
    }

    private async Task<(double Value, string Source, string Group)> EffectiveAsync(string id, string name)
    {
        var effective = (await node.Rest.GetAsync($"v1/objects/{id}"))["effectiveCharacteristics"]![name]!;
        return (((double)effective["value"]!), (string)effective["source"]!, (string)effective["group"]!);
    }
}
