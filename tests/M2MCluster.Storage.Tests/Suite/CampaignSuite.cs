using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Commit;
using static M2MCluster.Storage.Tests.TestData;

namespace M2MCluster.Storage.Tests.Suite;

public abstract class CampaignSuite : StorageSuite
{
    private ICampaignCommit Campaigns => Node.Get<ICampaignCommit>();

    private ICampaignReader Reader => Node.Get<ICampaignReader>();

    [SkippableFact]
    public async Task CommitAsync_Parts_AreInTheMailboxesWithTheParentsPayload()
    {
        var parent = await StartAsync("a", "b");
        var set = Parts(parent, 1, "a", "b");
        set.Arm.Add(new(DueTime.Of(parent.ExpiresAt), "a"));
        await Campaigns.CommitAsync(set);

        var waiting = Assert.Single((await Node.State.ReadObjectAsync("a"))!.Waiting);
        Assert.Equal((parent.Id, "objects/a"), (waiting.Parent!.Value, waiting.Target));
        Assert.Equal(parent.Payload, waiting.Payload);
        Assert.Equal(2, (await Node.State.ReadAsync("group-message", parent.Id.ToString()))!.Version);
        Assert.Contains(new(DueTime.Of(parent.ExpiresAt), "a"), await Node.State.DueAsync(DueTime.ShardOf("a"), default, long.MaxValue, 10));
        Assert.Equal(2, Assert.Single(await Node.Messages.OutcomesAsync(parent.Id, default)).Count);
        // Its ids are not given again after a restart.
        Assert.True(await Node.State.LastIdAsync(TimedIds.NodeOf(waiting.Id.Value)) >= set.Messages.Max(part => part.Id.Value));
    }

    [SkippableFact]
    public async Task CommitAsync_PartsWithAWindow_AreNotShownToTheirGatewayBeforeIt()
    {
        await Node.Pipeline.CommitAsync(NewObject("gw", ObjectKind.Gateway));
        await Node.Pipeline.CommitAsync(NewObject("child", gateway: "gw"));
        var parent = await StartAsync();
        var set = Parts(parent, 1, "child");
        set.Messages[0] = set.Messages[0] with { Terms = new() { NotBefore = Noon.AddMinutes(10) } };
        await Campaigns.CommitAsync(set);

        Assert.Empty(await Node.Messages.WaitingForChildrenAsync("gw", Noon.AddMinutes(9), 10, default));
        Assert.Single(await Node.Messages.WaitingForChildrenAsync("gw", Noon.AddMinutes(11), 10, default));
    }

    [SkippableFact]
    public async Task CommitAsync_StaleState_StoresNothing()
    {
        var parent = await StartAsync("a");
        await Campaigns.CommitAsync(Parts(parent, 1, "a"));

        await Assert.ThrowsAsync<StaleVersionException>(async () => await Campaigns.CommitAsync(Parts(parent, 1, "a")));

        Assert.Single((await Node.State.ReadObjectAsync("a"))!.Waiting);
        await Campaigns.CommitAsync(Parts(parent, 2));
    }

    [SkippableFact]
    public async Task CommitAsync_ActiveObject_HasNews()
    {
        var parent = await StartAsync("a");
        await Node.State.ReadObjectAsync("a");
        await Campaigns.CommitAsync(Parts(parent, 1, "a"));
        Assert.True(Node.Inbox.TakeNews("a"));
    }

    [SkippableFact]
    public async Task EndedParts_SeveralEnds_InTheirOrderAndByPages()
    {
        var parent = await StartAsync("a", "b", "c", "d");
        var set = Parts(parent, 1, "a", "b", "c", "d");
        await Campaigns.CommitAsync(set);
        foreach (var (part, minute) in new[] { (set.Messages[2], 1), (set.Messages[0], 2), (set.Messages[1], 2) })
        {
            var ended = Set("end-" + part.Id, kind: "probe");
            ended.Messages.Add(part with { Outcome = Outcome.Applied, EndedAt = Noon.AddMinutes(minute) });
            await Node.Pipeline.CommitAsync(ended);
        }

        var first = await Node.Messages.EndedPartsAsync(parent.Id, 0, default, 2, default);
        Assert.Equal([set.Messages[2].Id, set.Messages[0].Id], first.Select(part => part.Id));
        var rest = await Node.Messages.EndedPartsAsync(parent.Id, first[1].EndedAt!.Value.ToUnixTimeMilliseconds(), first[1].Id, 2, default);
        Assert.Equal(set.Messages[1].Id, Assert.Single(rest).Id);
        // An end is one row more of the payload's, not of the payload.
        Assert.Equal(parent.Payload, (await Node.Messages.FindAsync(set.Messages[0].Id, default))!.Payload);
    }

    [SkippableFact]
    public async Task Targets_WrittenWithTheMessage_AreReadUntilTheyAreRemoved()
    {
        var parent = await StartAsync();
        var more = Set("more", kind: "group-message");
        more.Targets = [new(parent.Id.Value, 0, [1]), new(parent.Id.Value, 1, [2, 3])];
        await Node.Pipeline.CommitAsync(more);
        Assert.Equal(new byte[] { 2, 3 }, await Reader.ChunkAsync(parent.Id.Value, 1));
        Assert.Null(await Reader.ChunkAsync(parent.Id.Value, 2));

        var last = Set("more", 1, "group-message");
        last.RemovedTargets = parent.Id.Value;
        await Node.Pipeline.CommitAsync(last);
        Assert.Null(await Reader.ChunkAsync(parent.Id.Value, 0));
    }

    [SkippableFact]
    public async Task Groups_WithRules_AreFoundAmongAll()
    {
        foreach (var view in new[] { new GroupView("plain", "", 0, Noon), new GroupView("query", "", 0, Noon, "kind = \"DEVICE\"") })
        {
            var set = Set(view.Id, kind: "group");
            set.Group = view;
            set.Members.Add(new(view.Id, "a", false));
            await Node.Pipeline.CommitAsync(set);
        }

        Assert.Equal("kind = \"DEVICE\"", Assert.Single(await Node.Groups.WithRulesAsync(default)).Filter);
        Assert.Equal(1, await Node.Groups.CountAsync("plain", default));
        Assert.Equal(["a"], await Node.Groups.AmongAsync("plain", ["a", "b"], default));
        Assert.Equal([("a", "plain"), ("a", "query")], await Node.Groups.GroupsOfAsync(["a", "b"], default));
        var changed = Set("query", 1, "group");
        changed.Group = new GroupView("query", "", 0, Noon);
        await Node.Pipeline.CommitAsync(changed);
        Assert.Empty(await Node.Groups.WithRulesAsync(default));
    }

    [SkippableFact]
    public async Task Gateways_OfSeveralObjects_AreRead()
    {
        await Node.Pipeline.CommitAsync(NewObject("child", gateway: "gw"));
        await Node.Pipeline.CommitAsync(NewObject("alone"));
        Assert.Equal("gw", Assert.Single(await Node.Objects.GatewaysOfAsync(["child", "alone", "none"], default)).Value);
    }

    private async Task<MessageRecord> StartAsync(params string[] members)
    {
        foreach (var member in members) await Node.Pipeline.CommitAsync(NewObject(member));
        var parent = Message("groups/g", payload: [5, 6, 7]);
        var set = Set(parent.Id.ToString(), kind: "group-message");
        set.Messages.Add(parent);
        await Node.Pipeline.CommitAsync(set);
        return parent;
    }

    private static WriteSet Parts(MessageRecord parent, long version, params string[] members)
    {
        var set = Set(parent.Id.ToString(), version, "group-message");
        foreach (var member in members)
        {
            set.Messages.Add(Message("objects/" + member, parent: parent.Id.Value, payload: parent.Payload));
            set.Inboxes.Add(member);
        }

        return set;
    }
}
