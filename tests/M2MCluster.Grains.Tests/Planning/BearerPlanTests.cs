using System.Collections.Immutable;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;

namespace M2MCluster.Grains.Tests.Planning;

public sealed class BearerPlanTests
{
    private static readonly DateTimeOffset Noon = Plans.Noon;

    [Fact]
    public void Reserve_CheaperLater_GoesThere()
    {
        var plan = Plans.Of(Plans.Options(Plans.Budget(60), Plans.At(22, 6, 0.5), Plans.At(16, 20, 3)));

        var evening = plan.Reserve(null, Load.Of(10), Noon, Noon.AddHours(6), Noon);
        var night = plan.Reserve(null, Load.Of(10), Noon, Noon.AddHours(12), Noon);

        Assert.InRange(evening.At, Noon, Noon.AddHours(4));
        Assert.InRange(night.At, Noon.AddHours(10), Noon.AddHours(12));
        Assert.Equal((1, 0.5), (night.PriceNow, night.Price));
    }

    [Fact]
    public void Reserve_SamePrice_SpreadsEvenly()
    {
        var plan = Plans.Of(Plans.Options(Plans.Budget(60)));

        var places = Enumerable.Range(0, 600).Select(_ => plan.Reserve(null, Load.Of(1), Noon, Noon.AddMinutes(60).AddTicks(-1), Noon)).ToList();

        Assert.All(places.GroupBy(place => plan.Grid.IndexOf(place.At)), slot => Assert.Equal(10, slot.Count()));
        Assert.Equal(60, places.Select(place => plan.Grid.IndexOf(place.At)).Distinct().Count());
    }

    [Fact]
    public void Reserve_LeavesTheReserveAsLongAsItCan()
    {
        var plan = Plans.Of(Plans.Options(Plans.Budget(10)));
        var end = Noon.AddMinutes(2).AddTicks(-1);

        var within = Enumerable.Range(0, 18).Select(_ => plan.Reserve(null, Load.Of(1), Noon, end, Noon)).ToList();
        var beyond = Enumerable.Range(0, 2).Select(_ => plan.Reserve(null, Load.Of(1), Noon, end, Noon)).ToList();
        var none = plan.Reserve(null, Load.Of(1), Noon, end, Noon);

        Assert.All(within, place => Assert.True(place.HasRoom));
        Assert.All(within.GroupBy(place => plan.Grid.IndexOf(place.At)), slot => Assert.Equal(9, slot.Count()));
        Assert.All(beyond, place => Assert.True(place.HasRoom));
        Assert.False(none.HasRoom);
        Assert.InRange(none.At, Noon, end);
    }

    [Fact]
    public void Admit_MoreCellsThanArePlannedFor_ShareOneBudgetUntilOthersAreEmpty()
    {
        var options = Plans.Options(Plans.Budget(1000, cellMessages: 1));
        options.MostCells = 2;
        options.Bearers[Bearer.Mqtt].Cells["named"] = new() { MessagesPerSecond = 1.0 / 60 };
        var plan = Plans.Of(options);

        Assert.True(Admit("a", Noon));
        Assert.True(Admit("b", Noon));
        Assert.True(Admit("c", Noon));
        Assert.False(Admit("d", Noon));
        Assert.True(Admit("named", Noon));
        Assert.Equal(["", "*", "a", "b", "named"], plan.Lanes.All.Select(lane => lane.Name).Order(StringComparer.Ordinal));

        Assert.True(Admit("d", Noon.AddMinutes(2)));
        Assert.True(Admit("e", Noon.AddMinutes(2)));
        Assert.Equal(["", "d", "e"], plan.Lanes.All.Select(lane => lane.Name).Order(StringComparer.Ordinal));

        bool Admit(string cell, DateTimeOffset now) => plan.Admit(cell, Load.Of(1), 0, null, null, now).Granted;
    }

    [Theory]
    [InlineData(64, "cell")]
    [InlineData(65, "gateway")]
    public void CellOf_LongerThanACellIs_IsNone(int length, string expected)
    {
        var cell = new string('c', length);
        var description = new ObjectDescription
        {
            Id = "o", Kind = ObjectKind.Device, CreatedAt = Noon, UpdatedAt = Noon, Gateway = "gateway",
            Provided = ImmutableSortedDictionary<string, string>.Empty.Add("cell", $"\"{cell}\""),
        };
        Assert.Equal(expected == "cell" ? cell : expected, Planner.CellOf(description));
    }

    [Fact]
    public void Reserve_CellIsFull_GoesWhereBothHaveRoom()
    {
        var plan = Plans.Of(Plans.Options(Plans.Budget(1000, cellMessages: 10)));
        var end = Noon.AddMinutes(2).AddTicks(-1);
        for (var i = 0; i < 20; i++) plan.Reserve("a", Load.Of(1), Noon, end, Noon);

        Assert.False(plan.Reserve("a", Load.Of(1), Noon, end, Noon).HasRoom);
        Assert.True(plan.Reserve("b", Load.Of(1), Noon, end, Noon).HasRoom);
        Assert.True(plan.Reserve(null, Load.Of(1), Noon, end, Noon).HasRoom);
    }

    [Fact]
    public void Admit_Urgent_TakesThePlaceOfWhatCouldWait()
    {
        var plan = Plans.Of(Plans.Options(Plans.Budget(10)));
        var end = Noon.AddHours(1);
        var place = plan.Reserve(null, new(10, 10), Noon, Noon.AddTicks(1), Noon);
        Assert.True(place.HasRoom);

        for (var i = 0; i < 10; i++) Assert.True(plan.Admit(null, Load.Of(1), 0, null, null, Noon).Granted);
        var displaced = plan.Admit(null, Load.Of(1), 7, new(place.At, Rank.Tolerant), end, Noon);

        Assert.False(displaced.Granted);
        Assert.InRange(displaced.Hold!.Value.At, Noon.AddMinutes(1), end);
        Assert.Equal(Rank.Tolerant, displaced.Hold.Value.Rank);
    }

    [Fact]
    public void Admit_Full_UrgentWaitsByPriority()
    {
        var plan = Plans.Of(Plans.Options(Plans.Budget(2)));
        for (var i = 0; i < 2; i++) plan.Admit(null, Load.Of(1), 7, null, null, Noon);

        var low = Enumerable.Range(0, 2).Select(_ => plan.Admit(null, Load.Of(1), 1, null, null, Noon)).ToList();
        var lower = plan.Admit(null, Load.Of(1), 1, null, null, Noon);
        var high = Enumerable.Range(0, 2).Select(_ => plan.Admit(null, Load.Of(1), 6, null, null, Noon)).ToList();

        Assert.All(low.Concat(high), permit => Assert.False(permit.Granted));
        Assert.All(low.Concat(high), permit => Assert.Equal(1, plan.Grid.IndexOf(permit.Hold!.Value.At) - plan.Grid.IndexOf(Noon)));
        Assert.Equal(2, plan.Grid.IndexOf(lower.Hold!.Value.At) - plan.Grid.IndexOf(Noon));
        // In the next slot the high ones go, and the low ones come after all who were before them.
        var next = Noon.AddMinutes(1);
        Assert.False(plan.Admit(null, Load.Of(1), 1, low[0].Hold, null, next).Granted);
        Assert.All(high, permit => Assert.True(plan.Admit(null, Load.Of(1), 6, permit.Hold, null, next).Granted));
    }

    [Fact]
    public void Admit_ClosedSlot_NothingLeaves()
    {
        var plan = Plans.Of(Plans.Options(Plans.Budget(10)));
        plan.Close(Noon);

        Assert.False(plan.Admit(null, Load.Of(1), 7, null, null, Noon).Granted);
        Assert.True(plan.Admit(null, Load.Of(1), 7, null, null, Noon.AddMinutes(1)).Granted);
    }

    [Fact]
    public void Pages_AreThePlanAgain()
    {
        var options = Plans.Options(Plans.Budget(4, cellMessages: 2));
        var (plan, copy) = (Plans.Of(options), Plans.Of(options));
        for (var i = 0; i < 40; i++) plan.Reserve(i % 2 == 0 ? "a" : null, Load.Of(i), Noon, Noon.AddHours(3), Noon);
        for (var i = 0; i < 6; i++) plan.Admit("a", Load.Of(i), i, null, null, Noon);

        foreach (var page in plan.TakeChanged(int.MaxValue)) PlanPages.Restore(copy, PlanPages.Of(plan, page));

        var end = Noon.AddHours(3);
        for (var i = 0; i < 200; i++) Assert.Equal(plan.Reserve("a", Load.Of(1), Noon, end, Noon), copy.Reserve("a", Load.Of(1), Noon, end, Noon));
        Assert.Equal(plan.Admit("a", Load.Of(1), 3, null, null, Noon), copy.Admit("a", Load.Of(1), 3, null, null, Noon));
    }
}
