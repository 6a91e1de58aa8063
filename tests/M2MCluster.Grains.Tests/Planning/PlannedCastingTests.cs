using M2MCluster.Contracts.Groups;
using M2MCluster.Grains.Tests.Groups;

namespace M2MCluster.Grains.Tests.Planning;

[Collection(nameof(PlannedCluster))]
public sealed class PlannedCastingTests(PlannedCluster cluster) : LinkTests(cluster)
{
    [Fact]
    public async Task Multicast_BudgetOfTheCellIsUsedUp_TheNextDatagramWaitsForTheNextSlot()
    {
        var members = await MembersAsync(2, await GatewayAsync());
        for (var i = 0; i < PlannedCluster.OfCell; i++) await SendAsync(members);
        Assert.Equal(PlannedCluster.OfCell, Edge.Casts.Count);

        var sent = (await BeginAsync(members)).Message;
        for (var i = 0; i < 3; i++) await Whole(sent).Step();
        Assert.Equal((CampaignPhase.Running, 0), await Whole(sent).View() is { } view ? (view.Phase, view.Dispatched) : default);
        Assert.Equal(PlannedCluster.OfCell, Edge.Casts.Count);

        Cluster.Time.Advance(TimeSpan.FromMinutes(1));
        await DispatchedAsync(sent);
        Assert.Equal(PlannedCluster.OfCell + 1, Edge.Casts.Count);
    }
}
