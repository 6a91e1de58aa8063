using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>Groups in their simple form, and several applications on the same objects.</summary>
public sealed class GroupTests(Node node) : IClassFixture<Node>
{
    private readonly CoapClient _coap = new(node);

    [Fact]
    [Requirement("6.3.a")]
    [Requirement("6.3.b")]
    [Requirement("6.3.c")]
    [Requirement("6.3.e")]
    [Requirement("6.3.f")]
    [Requirement("6.3.g")]
    [Requirement("6.3.h")]
    [Requirement("6.3.i")]
    public async Task Group_FromCreationToRemoval_EachOperationByACall()
    {
        var members = await CreateAsync(3);
        var group = $"g-{Guid.NewGuid():n}";
        var created = await node.Rest.PostAsync($"v1/groups?groupId={group}", new { displayName = "Floor 3", members = members[..1] });
        Assert.Equal(1, (int)created["memberCount"]!);
        await node.Rest.PostAsync($"v1/groups/{group}:addMembers", new { members = members[1..] });
        Assert.Equal(members.Order(StringComparer.Ordinal), await MembersAsync(group));
        Assert.True((bool)(await node.Rest.GetAsync($"v1/groups/{group}/members:test?member={members[2]}"))["member"]!);
        var found = await node.Rest.GetAsync($"v1/groups/{group}/members:search?filter={Uri.EscapeDataString($"id = \"{members[1]["objects/".Length..]}\"")}");
        Assert.Equal(members[1], (string)Assert.Single(found["members"]!.AsArray())!);
        Assert.Equal($"groups/{group}", (string)Assert.Single((await node.Rest.GetAsync($"v1/{members[0]}/groups"))["groups"]!.AsArray())!);

        await node.Rest.PostAsync($"v1/groups/{group}:removeMembers", new { members = members[2..] });
        Assert.False((bool)(await node.Rest.GetAsync($"v1/groups/{group}/members:test?member={members[2]}"))["member"]!);
        await node.Rest.DeleteAsync($"v1/groups/{group}");
        await Assert.ThrowsAsync<HttpRequestException>(() => node.Rest.GetAsync($"v1/groups/{group}"));
        Assert.Empty((await node.Rest.GetAsync($"v1/{members[0]}/groups"))["groups"]!.AsArray());
    }

    [SkippableFact]
    [Requirement("6.12")]
    public async Task Calls_WithAnObjectOrAGroup_ReachTheOneOrEachMember()
    {
        var members = await CreateAsync(3);
        var group = $"g-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/groups?groupId={group}", new { members });
        var hearsOne = await Listener.SubscribeAsync(node, new { @object = members[0] });
        var hearsAll = await Listener.SubscribeAsync(node, new { group = $"groups/{group}" });
        foreach (var target in new[] { members[0], $"groups/{group}" })
            await node.Rest.PostAsync("v1/messages", new { target, payload = "aGVsbG8=", contentType = "text/plain", ttl = "600s" });

        var expected = new Dictionary<string, int> { [members[0]] = 2, [members[1]] = 1, [members[2]] = 1 };
        foreach (var (member, count) in expected)
        {
            var id = member["objects/".Length..];
            for (var i = 0; i < count; i++)
            {
                var list = await _coap.CallAsync("get", $"/m2m/mailbox?ep={id}");
                var message = list[(list.IndexOf("/m2m/mailbox/", StringComparison.Ordinal) + "/m2m/mailbox/".Length)..][..16];
                await _coap.CallAsync("post", $"/m2m/mailbox/{message}?ep={id}&result=ok", "");
            }

            Assert.Contains("4.04", await _coap.CallAsync("get", $"/m2m/mailbox/next?ep={id}"), StringComparison.Ordinal);
            await _coap.ReportAsync(id);
        }

        Assert.Equal(2, (await hearsOne.HearAsync("m2m.message.outcome", 2)).Count);
        var outcomes = await hearsAll.HearAsync("m2m.message.outcome", 5);
        Assert.Equal(4, outcomes.Count(told => ((string)told["subject"]!).StartsWith("objects/", StringComparison.Ordinal)));
        var whole = Assert.Single(outcomes, told => (string)told["subject"]! == $"groups/{group}")["data"]!;
        Assert.Equal(("APPLIED", "3 APPLIED"), ((string)whole["outcome"]!, (string)whole["detail"]!));
        Assert.Equal("APPLIED", (string)(await node.Rest.GetAsync($"v1/{(string)whole["message"]!}"))["outcome"]!);
        Assert.Equal(members.Order(StringComparer.Ordinal), (await hearsAll.HearAsync("m2m.report", 3)).Select(told => (string)told["subject"]!).Order(StringComparer.Ordinal));
        Assert.Equal(members[0], (string)Assert.Single(await hearsOne.HearAsync("m2m.report"))["subject"]!);
    }

    [SkippableFact]
    [Requirement("6.11")]
    public async Task TwoApplications_OnOneObject_EachGetEveryReport()
    {
        var member = Assert.Single(await CreateAsync(1));
        var one = await Listener.SubscribeAsync(node, new { filter = $"object = \"{member["objects/".Length..]}\"" });
        var other = await Listener.SubscribeAsync(node, new { @object = member });
        for (var i = 0; i < 5; i++) await _coap.ReportAsync(member["objects/".Length..], $"&id=r{i}");

        var heard = (await one.HearAsync("m2m.report", 5)).Select(told => (string)told["id"]!).ToList();
        Assert.Equal(5, heard.Distinct().Count());
        Assert.Equal(heard, (await other.HearAsync("m2m.report", 5)).Select(told => (string)told["id"]!));
    }

    private async Task<string[]> CreateAsync(int count)
    {
        var members = new string[count];
        for (var i = 0; i < count; i++) members[i] = $"objects/{(await node.CreateAsync(plain: "FULL")).Id}";
        return members;
    }

    private async Task<IEnumerable<string>> MembersAsync(string group) =>
        (await node.Rest.GetAsync($"v1/groups/{group}/members"))["members"]!.AsArray().Select(member => (string)member!);
}
