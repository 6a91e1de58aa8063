using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Planning;

/// <summary>The plan moves, is lost, or is held by two at once.</summary>
public sealed class PlannerLossTests(PlannedCluster cluster) : PlannedTests(cluster)
{
    private const string Key = "MQTT";

    /// <summary>Of the three of each cell one had been taken ahead; of the one that had one already, another.</summary>
    [Fact]
    public async Task Planner_IsLost_WhatWasNotTakenAheadLeavesAtOnce()
    {
        var (cell, other) = (Cluster.Fresh("cell"), Cluster.Fresh("cell"));
        var id = await ConnectedAsync(cell);
        var same = await ManyAsync(cell);
        var others = await ManyAsync(other);
        await NextMinuteAsync();
        await SendAsync(id, Draft("x"));
        await LoseAsync();

        foreach (var next in same.Concat(others)) await SendAsync(next, Draft("x"));

        Assert.Equal((1, 2), (Delivered(same), Delivered(others)));
        await NextMinuteAsync(same.Concat(others));
        Assert.Equal((3, 3), (Delivered(same), Delivered(others)));
    }

    [Fact]
    public async Task Planner_EndsInOrder_TheBudgetHoldsOn()
    {
        var cell = Cluster.Fresh("cell");
        var ids = new List<string>();
        for (var i = 0; i < PlannedCluster.OfCell + 1; i++) ids.Add(await ConnectedAsync(cell));
        var other = await ConnectedAsync(Cluster.Fresh("cell"));
        await NextMinuteAsync();
        foreach (var id in ids.Take(2)) await SendAsync(id, Draft("x"));
        await Cluster.ForgetAsync(Planner);

        foreach (var id in ids.Skip(2).Append(other)) await SendAsync(id, Draft("x"));

        Assert.Equal(PlannedCluster.OfCell, Delivered(ids));
        Assert.Equal(1, Delivered([other]));
    }

    [Fact]
    public async Task Planner_EndsInOrderButItsPagesAreNotKept_TheBudgetHoldsOn()
    {
        var cell = Cluster.Fresh("cell");
        var (id, many) = (await ConnectedAsync(cell), await ManyAsync(cell));
        await NextMinuteAsync();
        await SendAsync(id, Draft("x"));
        Cluster.Pipeline.Fail(PageKey, Fault.Before);
        await Cluster.ForgetAsync(Planner);
        Assert.False(Cluster.Pipeline.IsArmed(PageKey));

        foreach (var next in many) await SendAsync(next, Draft("x"));

        Assert.Equal(2, Delivered(many));
    }

    [Fact]
    public async Task Planner_LostBeforeAnythingLeftInTheSlot_NothingWaits()
    {
        var (id, next) = (await ConnectedAsync(Cluster.Fresh("cell")), await ConnectedAsync(Cluster.Fresh("cell")));
        await SendAsync(id, Draft("x"));
        await NextMinuteAsync();
        Cluster.Pipeline.Fail(Key, Fault.Before);
        await Cluster.ForgetAsync(Planner);

        await SendAsync(next, Draft("x"));

        Assert.Equal(1, Delivered([next]));
    }

    [Fact]
    public async Task Planner_LostAndAnotherThatLetNothingLeaveEnded_NoMoreIsLost()
    {
        var (id, many) = (await ConnectedAsync(Cluster.Fresh("cell")), await ManyAsync(Cluster.Fresh("cell")));
        await NextMinuteAsync();
        await SendAsync(id, Draft("x"));
        await LoseAsync();
        await Planner.Read(new(1, null, 0));
        await Cluster.ForgetAsync(Planner);

        foreach (var next in many) await SendAsync(next, Draft("x"));

        Assert.Equal(2, Delivered(many));
    }

    [Fact]
    public async Task Planner_OvertakenWithoutKnowing_EndsAndTheNextOneAnswers()
    {
        var (id, next) = (await ConnectedAsync(Cluster.Fresh("cell")), await ConnectedAsync(Cluster.Fresh("cell")));
        await SendAsync(id, Draft("x"));
        await NextMinuteAsync();
        var before = Cluster.Pipeline.CommitsOf(Key);
        Cluster.Pipeline.Fail(Key, Fault.Stale);

        await SendAsync(next, Draft("x"));

        Assert.Equal((1, before + 1), (Delivered([next]), Cluster.Pipeline.CommitsOf(Key)));
    }

    [Fact]
    public async Task Slot_IsOnDiskBeforeTheFirstLeavesAndOnce()
    {
        var cell = Cluster.Fresh("cell");
        var (id, next) = (await ConnectedAsync(cell), await ConnectedAsync(cell));
        await NextMinuteAsync();
        var before = Cluster.Pipeline.CommitsOf(Key);
        Cluster.Pipeline.Fail(Key, Fault.Before);
        await SendAsync(id, Draft("x"));
        Assert.Equal((0, before), (Delivered([id]), Cluster.Pipeline.CommitsOf(Key)));

        await SendAsync(next, Draft("x"));
        await PassAsync(id, TimeSpan.FromSeconds(6));

        Assert.Equal(2, Delivered([id, next]));
        Assert.Equal(before + 1, Cluster.Pipeline.CommitsOf(Key));
    }

    private async Task<IReadOnlyList<string>> ManyAsync(string cell)
    {
        var ids = new List<string>();
        for (var i = 0; i < PlannedCluster.OfCell; i++) ids.Add(await ConnectedAsync(cell));
        return ids;
    }

    /// <summary>Its last word does not reach the disk, as if its silo had died.</summary>
    private async Task LoseAsync()
    {
        Cluster.Pipeline.Fail(Key, Fault.Before);
        await Cluster.ForgetAsync(Planner);
        Assert.False(Cluster.Pipeline.IsArmed(Key));
    }

    private string PageKey => string.Create(
        global::System.Globalization.CultureInfo.InvariantCulture, $"{Key}/{Now.ToUnixTimeSeconds() / 60 / Lane.PageSize % ((36 * 60 / Lane.PageSize) + 2)}");
}
