using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Groups;
using M2MCluster.Grains.Groups.Campaigns;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Groups;

/// <summary>The same request for a campaign, made at two activations of the group's grain at once.</summary>
public sealed class RequestTests(GrainCluster cluster) : GrainTests(cluster)
{
    [Fact]
    public async Task Send_SameRequestAtTwoActivations_OneCampaign()
    {
        var members = new[] { await CreateAsync(), await CreateAsync() };
        var id = Cluster.Fresh("group");
        var view = await Cluster.Grains.GetGrain<IGroupGrain>(id).Create("op", "", [.. members]);
        for (var i = 0; i < 20; i++)
        {
            var draft = Draft("x", request: $"r/{i}") with { Campaign = new() };
            var sent = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Activation(view).SendAsync(draft).AsTask())));

            Assert.Single(sent.Select(receipt => receipt.Message.Id).Distinct());
            Assert.Equal(sent[0].Message.Id, (await Activation(view).SendAsync(draft)).Message.Id);
            await UntilAsync(async () => await Cluster.Grains.GetGrain<IGroupMessageGrain>(sent[0].Message.Id.Value).View() is { Dispatched: 2 });
            Assert.Null(await Cluster.States.ReadAsync("group-request", $"/{id}/r/{i}"));
        }

        var campaigns = await Cluster.Messages.ListAsync(new MessageQuery(Target: "groups/" + id), new(long.MaxValue), 1000, CancellationToken.None);
        Assert.Equal(20, campaigns.Count);
        foreach (var member in members) Assert.Equal(20, (await Object(member).Mailbox(Proved(member))).Length);
    }

    [Fact]
    public async Task Send_NodeEndedAfterItTookTheRequest_TheNextGoesOnWithIt()
    {
        var member = await CreateAsync();
        var id = Cluster.Fresh("group");
        var view = await Cluster.Grains.GetGrain<IGroupGrain>(id).Create("op", "", [member]);
        var (taken, _) = await new RequestClaim(Cluster.Get<GroupServices>(), "", id, "r").TakeAsync(new(Cluster.Get<IIdSource>().Next()));

        var sent = await Activation(view).SendAsync(Draft("x", request: "r") with { Campaign = new() });

        Assert.Equal(taken, sent.Message.Id);
        Assert.Null(await Cluster.States.ReadAsync("group-request", $"/{id}/r"));
    }

    /// <summary>What an activation of the group's grain does when it sends.</summary>
    private GroupSending Activation(GroupView view) => new(
        Cluster.Get<GroupServices>(), view, () => throw new InvalidOperationException("a campaign does not write the group"), (_, _) => throw new InvalidOperationException(), () => { });

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds()) await Task.Delay(5, patience.Token);
    }
}
