using M2MCluster.Grains.Planning;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Grains.Tests.Planning;

/// <summary>What it costs that nothing leaves beyond what is on disk, and what is left to who plans next.</summary>
public sealed class RationsTests
{
    private readonly FakeTimeProvider _time = new(Plans.Noon);
    private readonly PlanDisk _disk = new();

    /// <summary>As in <c>docs/planning.md</c>: as much leaves as may, all over the slot and the cells.</summary>
    [Fact]
    public void FullSlot_OfAThousandCells_TakesACommitForAHundredMessages()
    {
        var holder = new RationHolder(_disk, Plans.Options(Plans.Budget(3472, cellMessages: 12)), _time);

        Assert.Equal(3472, Run(holder, 3472, TimeSpan.FromMinutes(1), cells: 1000));

        Assert.InRange(_disk.Commits, 2, 35);
        Assert.InRange(_disk.Largest, 1, 16_000);
    }

    [Fact]
    public void FullSlot_OfOneBearerWithoutCells_TakesAsManyCommitsAsThereArePieces()
    {
        var holder = new RationHolder(_disk, Plans.Options(Plans.Budget(3472)), _time);

        Assert.Equal(3472, Run(holder, 3472, TimeSpan.FromMinutes(1)));

        Assert.InRange(_disk.Commits, 2, PlanMark.Whole);
    }

    [Fact]
    public void FullSlot_CellByCell_TakesACommitASecondAtMost()
    {
        var holder = new RationHolder(_disk, Plans.Options(Plans.Budget(3472, cellMessages: 12)), _time);
        for (var second = 0; second < 60; second++)
        {
            for (var i = 0; i < 57; i++) Assert.True(holder.TryLeave($"cell-{((second * 57) + i) / 12}"));
            Pass(holder, second);
        }

        Assert.InRange(_disk.Commits, 10, 60);
    }

    [Fact]
    public void FullSlot_AllInItsFirstSecond_TakesFourCommits()
    {
        var holder = new RationHolder(_disk, Plans.Options(Plans.Budget(3472, cellMessages: 12)), _time);

        Assert.Equal(3472, Enumerable.Range(0, 3600).Count(i => holder.TryLeave($"cell-{i % 300}")));

        Assert.Equal(4, _disk.Commits);
    }

    /// <summary>Of the bearer what was taken ahead is lost, and of each cell as much of its own budget; the rest leaves at once, and no more.</summary>
    [Theory]
    [InlineData(200)]
    [InlineData(2000)]
    public void Lost_AtAnyTimeOfAFullSlot_TheNextOneGoesOnWithTheRest(int before)
    {
        var options = Plans.Options(Plans.Budget(3472, cellMessages: 12));
        var holder = new RationHolder(_disk, options, _time);
        Assert.Equal(before, Run(holder, before, TimeSpan.FromSeconds(before / 57.0), cells: 1000));

        var next = new RationHolder(_disk, options, _time);

        // A cell that had nothing yet has at most a quarter less.
        var left = Enumerable.Range(0, 12).Count(_ => next.TryLeave("another"));
        Assert.InRange(left, 9, 12);
        var all = left + Enumerable.Range(0, 12_000).Count(i => next.TryLeave($"cell-{i % 1000}"));
        Assert.InRange(all, 3472 - before - (3472 / 4), 3472 - before);
    }

    [Fact]
    public void EndedInOrder_NothingIsLost()
    {
        var options = Plans.Options(Plans.Budget(100, cellMessages: 12));
        var holder = new RationHolder(_disk, options, _time);
        for (var i = 0; i < 30; i++) Assert.True(holder.TryLeave($"cell-{i % 10}"));
        holder.Close();

        var next = new RationHolder(_disk, options, _time);

        Assert.Equal(9, Enumerable.Range(0, 20).Count(_ => next.TryLeave("cell-0")));
        Assert.Equal(61, Enumerable.Range(0, 200).Count(i => next.TryLeave($"other-{i}")));
    }

    [Fact]
    public void StandIns_OneAfterTheOther_LoseNothingToEachOther()
    {
        var options = Plans.Options(Plans.Budget(40, cellMessages: 40));
        Assert.True(new RationHolder(_disk, options, _time).TryLeave("a"));

        // One has left, and five had been taken ahead.
        for (var i = 0; i < 34; i++) Assert.True(new RationHolder(_disk, options, _time, ahead: 0).TryLeave("a"));
        Assert.False(new RationHolder(_disk, options, _time, ahead: 0).TryLeave("a"));
    }

    [Fact]
    public void Overtaken_GrantsWhatItHadOnDiskAndNoMore()
    {
        var options = Plans.Options(Plans.Budget(80));
        var former = new RationHolder(_disk, options, _time);
        Assert.True(former.TryLeave(null));
        var next = new RationHolder(_disk, options, _time);
        Assert.True(next.TryLeave(null));

        Assert.Equal(10, Enumerable.Range(0, 80).Count(_ => former.TryLeave(null)));
        Assert.Equal(68, Enumerable.Range(0, 80).Count(_ => next.TryLeave(null)));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(former.TryLeave(null));
        Assert.True(next.TryLeave(null));
    }

    /// <summary>So a rolling upgrade meets rows of both kinds.</summary>
    [Fact]
    public void Mark_OfAReleaseBefore_SaysNothingOfWhatLeftAndReadsTheNewOneAsFarAsItKnows()
    {
        var until = Plans.Noon.AddMinutes(1);
        var old = PlanMark.Read(new PlanMark(true, until, 60).Write());
        Assert.Equal(new(true, until, 60), old);
        Assert.Null(old.Lanes);
        var lanes = new Dictionary<string, Load> { [""] = new(3, 400), ["Köln"] = new(1, int.MaxValue - 1) };
        var mark = new PlanMark(false, until, 60, 2, lanes);

        var again = PlanMark.Read(mark.Write());

        Assert.Equal((mark with { Lanes = null }, 2), (again with { Lanes = null }, again.Pieces));
        Assert.Equal(lanes, again.Lanes);
        Assert.Equal(new PlanMark(false, until, 60).Write(), mark.Write()[..13]);
    }

    [Fact]
    public void Mark_OfAReleaseBefore_NothingLeavesUntilItsSlotIsOver()
    {
        var plan = Plans.Of(Plans.Options(Plans.Budget(10)));
        var rations = new Rations(plan, new("MQTT", _disk, _disk, null!), 1, _time);

        Assert.Equal(Plans.Noon.AddMinutes(1), rations.TakeOver(new(true, Plans.Noon.AddMinutes(1), 60), _time.GetUtcNow()));

        Assert.Equal(Plans.Noon.AddMinutes(1), rations.ClosedUntil);
        Assert.False(plan.MayLeave(null, Load.Of(1), 7, null, null, Plans.Noon.AddSeconds(59)));
        Assert.True(plan.MayLeave(null, Load.Of(1), 7, null, null, Plans.Noon.AddMinutes(1)));
    }

    /// <summary>How many leave of so many, spread over the time and, as by chance, over the cells.</summary>
    private int Run(RationHolder holder, int count, TimeSpan during, int cells = 0)
    {
        var (left, second) = (0, 0);
        var random = new Random(7);
        for (var i = 0; i < count; i++)
        {
            for (; second < during.TotalSeconds * i / count; second++) Pass(holder, second);
            var from = random.Next(Math.Max(1, cells));
            // Of what is sent, who finds its cell used up comes later.
            for (var other = 0; other < 100; other++)
            {
                if (!holder.TryLeave(cells == 0 ? null : $"cell-{(from + other) % cells}")) continue;
                left++;
                break;
            }
        }

        return left;
    }

    private void Pass(RationHolder holder, int second)
    {
        if (second < 58) _time.Advance(TimeSpan.FromSeconds(1));
        if (second % 5 == 4) holder.Narrow();
    }
}
