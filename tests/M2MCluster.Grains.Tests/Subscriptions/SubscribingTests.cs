using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Subscriptions;

public sealed class SubscribingTests(GrainCluster cluster) : GrainTests(cluster)
{
    [Fact]
    public async Task Subscribe_AnsweredWhileAReportIsOnItsWay_HearsOfIt()
    {
        var id = await CreateAsync();
        var early = await ListenAsync($"object = \"{id}\" AND type = \"{EventTypes.Report}\"");
        var app = "";
        Cluster.Pipeline.BeforeNext(id, async () => app = await ListenAsync($"object = \"{id}\" AND type = \"{EventTypes.Report}\""));

        await Object(id).Report(Proved(id), Report("1"));
        await Object(id).Report(Proved(id), Report("2"));

        Assert.Equal(2, (await EventsAsync(app)).Count);
        Assert.Equal(2, (await EventsAsync(early)).Count);
    }

    [Fact]
    public async Task AddMember_AnsweredWhileAReportIsOnItsWay_TheGroupsListenerHearsOfIt()
    {
        var id = await CreateAsync();
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Create("op", "", []);
        var app = await ListenAsync($"group = \"{group.GetPrimaryKeyString()}\" AND type = \"{EventTypes.Report}\"");
        Cluster.Pipeline.BeforeNext(id, async () => await group.Add("op", [id]));

        await Object(id).Report(Proved(id), Report("1"));
        await group.Remove("op", [id]);
        await Object(id).Report(Proved(id), Report("2"));

        Assert.Single(await EventsAsync(app));
    }

    [Fact]
    public async Task Report_ManyApplications_EachHearsOfItOnceByTheSameId()
    {
        var id = await CreateAsync();
        var first = await ListenAsync($"object = \"{id}\"");
        var second = await ListenAsync($"object = \"{id}\" AND type = \"{EventTypes.Report}\"");
        await Cluster.Grains.GetGrain<IApplicationGrain>(second).Subscribe("op", new(second, "", $"object = \"{id}\"", null));

        await Object(id).Report(Proved(id), Report("1"));

        var heard = Assert.Single(await EventsAsync(first, EventTypes.Report));
        Assert.Equal(heard.Id, Assert.Single(await EventsAsync(second, EventTypes.Report)).Id);
    }

    [Fact]
    public async Task Unsubscribe_Answered_HearsNothingMore()
    {
        var id = await CreateAsync();
        var app = await ListenAsync($"object = \"{id}\" AND type = \"{EventTypes.Report}\"");
        var application = Cluster.Grains.GetGrain<IApplicationGrain>(app);

        await application.Unsubscribe("op", (await application.ListSubscriptions())[0].Id);
        await Object(id).Report(Proved(id), Report("1"));

        Assert.Empty(await EventsAsync(app));
    }

    [Fact]
    public async Task Outcome_SenderWasDeletedAndItsIdGivenAgain_IsNotTheNewOnes()
    {
        var id = await CreateAsync();
        var app = await ListenAsync(null);
        var message = await SendAsync(id, Draft("1", app));
        var application = Cluster.Grains.GetGrain<IApplicationGrain>(app);
        await application.Delete("op");
        Cluster.Time.Advance(TimeSpan.FromSeconds(1));
        await application.Create("op", "");

        await Object(id).Cancel("op", message.Id);

        Assert.Empty(await EventsAsync(app));
    }
}
