using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Planning;

namespace M2MCluster.Grains.Tests.Planning;

/// <summary>Flows that hold a share of a bearer, of whose cells each lets three messages leave in a minute.</summary>
public sealed class FlowShareTests(PlannedCluster cluster) : PlannedTests(cluster)
{
    private const double Third = 1.0 / 3;

    [Fact]
    public async Task Flow_HoldsAThird_ItsMessagesHaveThatInEachSlotAndTheOthersTheRest()
    {
        var cell = Cluster.Fresh("cell");
        var (ofFlow, others) = (await ConnectedAsync(cell, 16), await ConnectedAsync(cell, 16));
        await NextMinuteAsync();
        var flow = await Planner.Hold(new(new(Random.Shared.NextInt64()), "", Third, TimeSpan.FromSeconds(61)));
        try
        {
            Assert.Equal((Now.AddMinutes(1), Now.AddMinutes(3)), (flow.From, flow.Until));
            await NextMinuteAsync();

            for (var i = 0; i < 4; i++) await SendAsync(others, Draft("x"));
            for (var i = 0; i < 3; i++) await SendAsync(ofFlow, Of(flow));

            Assert.Equal((1, 2), (Delivered([ofFlow]), Delivered([others])));
            await AcknowledgeAsync([ofFlow, others]);
            await NextMinuteAsync([ofFlow, others]);
            Assert.Equal((2, 4), (Delivered([ofFlow]), Delivered([others])));

            // Its time is over: its last message goes as all do, and all is there for them again.
            for (var i = 0; i < 3; i++) await SendAsync(others, Draft("x"));
            await AcknowledgeAsync([ofFlow, others]);
            await NextMinuteAsync([ofFlow, others]);
            Assert.Equal((3, 6), (Delivered([ofFlow]), Delivered([others])));
        }
        finally
        {
            await EndAsync(flow);
        }
    }

    [Fact]
    public async Task Flow_AndOthersWaitForTheSameObject_NeitherWaitsBehindTheOther()
    {
        var id = await ConnectedAsync(Cluster.Fresh("cell"), 16);
        await NextMinuteAsync();
        var flow = await Planner.Hold(new(new(Random.Shared.NextInt64()), "", Third, TimeSpan.FromMinutes(5)));
        try
        {
            await NextMinuteAsync();
            for (var i = 0; i < 5; i++) await SendAsync(id, Draft("rest"));

            await SendAsync(id, Of(flow));

            Assert.Equal(3, Delivered([id]));
            await AcknowledgeAsync([id]);
            await NextMinuteAsync([id]);
            Assert.Equal(5, Delivered([id]));
        }
        finally
        {
            await EndAsync(flow);
        }
    }

    [Fact]
    public async Task Planner_IsActivatedAnew_KnowsSharesAndWhatLeftOutOfThem()
    {
        var cell = Cluster.Fresh("cell");
        var (ofFlow, others) = (await ConnectedAsync(cell, 16), await ConnectedAsync(cell, 16));
        await NextMinuteAsync();
        var flow = await Planner.Hold(new(new(Random.Shared.NextInt64()), "app", Third, TimeSpan.FromMinutes(5)));
        try
        {
            await NextMinuteAsync();
            await SendAsync(ofFlow, Of(flow));
            await SendAsync(others, Draft("x"));
            await Cluster.ForgetAsync(Planner);

            await SendAsync(ofFlow, Of(flow));
            for (var i = 0; i < 2; i++) await SendAsync(others, Draft("x"));

            Assert.Equal((1, 2), (Delivered([ofFlow]), Delivered([others])));
            Assert.Equal(flow, await Planner.FindShare(flow.Flow));
        }
        finally
        {
            await EndAsync(flow);
        }
    }

    [Fact]
    public async Task Hold_MoreThanIsFree_IsRefusedUntilItIsGivenBack()
    {
        await NextMinuteAsync();
        var first = await Planner.Hold(new(new(Random.Shared.NextInt64()), "", 0.5, TimeSpan.FromMinutes(5)));
        try
        {
            await RefusedAsync(ErrorCode.QosRefused, async () => await Planner.Hold(new(new(Random.Shared.NextInt64()), "", 0.5, TimeSpan.FromMinutes(1))));
            var longer = await Planner.ExtendShare(first.Flow, TimeSpan.FromMinutes(1));
            Assert.Equal(first.Until.AddMinutes(1), longer!.Until);
        }
        finally
        {
            await EndAsync(first);
        }

        var second = await Planner.Hold(new(new(Random.Shared.NextInt64()), "", 0.5, TimeSpan.FromMinutes(1)));
        await EndAsync(second);
        Assert.Null(await Planner.FindShare(second.Flow));
        Assert.False(await Planner.ReleaseShare(second.Flow));
    }

    [Fact]
    public async Task Extend_IntoTimeThatAnotherHolds_IsRefusedAndItHoldsAsLongAsBefore()
    {
        await NextMinuteAsync();
        var first = await Planner.Hold(new(new(Random.Shared.NextInt64()), "", 0.8, TimeSpan.FromMinutes(1)));
        await NextMinuteAsync();
        var next = await Planner.Hold(new(new(Random.Shared.NextInt64()), "", 0.8, TimeSpan.FromMinutes(1)));
        try
        {
            Assert.Equal(first.Until, next.From);

            await RefusedAsync(ErrorCode.QosRefused, async () => await Planner.ExtendShare(first.Flow, TimeSpan.FromMinutes(1)));

            Assert.Equal(first, await Planner.FindShare(first.Flow));
            Assert.Equal(next.Until.AddMinutes(1), (await Planner.ExtendShare(next.Flow, TimeSpan.FromMinutes(1)))!.Until);
        }
        finally
        {
            await EndAsync(first);
            await EndAsync(next);
        }
    }

    [Fact]
    public async Task Extend_WasReleasedInTheSameSlot_HoldsNoneAlsoForTheNextPlanner()
    {
        await NextMinuteAsync();
        var flow = await Planner.Hold(new(new(Random.Shared.NextInt64()), "", 0.5, TimeSpan.FromMinutes(5)));
        await NextMinuteAsync();
        Assert.True(await Planner.ReleaseShare(flow.Flow));

        Assert.Null(await Planner.ExtendShare(flow.Flow, TimeSpan.FromMinutes(1)));
        await Cluster.ForgetAsync(Planner);
        Assert.Null(await Planner.ExtendShare(flow.Flow, TimeSpan.FromMinutes(1)));
        Assert.True(await Planner.ReleaseShare(flow.Flow));
        Assert.Equal(Now.AddMinutes(1), (await Planner.FindShare(flow.Flow))!.Until);
        await EndAsync(flow);
    }

    private static MessageDraft Of(ShareView flow) => Draft("x") with { Terms = new() { Flow = flow.Flow } };

    private async Task EndAsync(ShareView flow)
    {
        await Planner.ReleaseShare(flow.Flow);
        await NextMinuteAsync();
    }
}
