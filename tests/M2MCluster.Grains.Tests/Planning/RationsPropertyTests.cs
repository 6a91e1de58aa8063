using CsCheck;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Grains.Tests.Planning;

/// <summary>Any number of planners and stand-ins that know nothing of each other, with clocks that differ, and a disk that fails: no budget is ever exceeded.</summary>
public sealed class RationsPropertyTests
{
    private static readonly string?[] Cells = [null, "a", "b", "c", "d", "named"];

    /// <param name="Kind">0 to 5: one leaves; 6: a planner comes; 7: a stand-in comes; 8: gives back; 9: ends in order, and goes on all the same; 10: time passes.</param>
    /// <param name="Trouble">1: the next commit fails; 2: it seems to; 3: somebody else comes before it; 4: after it.</param>
    private sealed record Step(int Kind, int Who, int Cell, int Bytes, int Seconds, int Trouble);

    private sealed record Case(int Messages, int Bytes, int CellMessages, int MostCells, double Share, Step[] Steps);

    private static readonly Gen<Step> Steps = Gen.Select(
        Gen.Int[0, 10], Gen.Int[0, 7], Gen.Int[0, Cells.Length - 1], Gen.Int[1, 60], Gen.Int[-20, 40], Gen.Int[0, 12],
        (kind, who, cell, bytes, seconds, trouble) => new Step(kind, who, cell, bytes, seconds, trouble));

    private static readonly Gen<Case> Cases = Gen.Select(
        Gen.Int[1, 40], Gen.Int[60, 800], Gen.Int[1, 20], Gen.Int[1, 5], Gen.Double[0.5, 1], Steps.Array[1, 120],
        (messages, bytes, cell, most, share, steps) => new Case(messages, bytes, cell, most, share, steps));

    [Fact]
    public void Rations_OfManyWhoKnowNothingOfEachOther_HoldEachBudget() => Cases.Sample(Check, iter: 500, print: given => $"{given with { Steps = [] }} {string.Join("; ", given.Steps.AsEnumerable())}");

    private static void Check(Case given)
    {
        var options = Plans.Options(
            new() { MessagesPerSecond = given.Messages / 60.0, BytesPerSecond = given.Bytes / 60.0, Cell = new() { MessagesPerSecond = given.CellMessages / 60.0 } },
            Plans.At(0, 0, 1, given.Share));
        options.Bearers[Bearer.Mqtt].Cells["named"] = new() { MessagesPerSecond = given.CellMessages / 60.0 };
        options.MostCells = given.MostCells;
        var time = new FakeTimeProvider(Plans.Noon);
        var (disk, holders, left) = (new PlanDisk(), new List<RationHolder>(), new List<(long Slot, string? Cell, int Bytes)>());
        holders.Add(new(disk, options, time));
        foreach (var step in given.Steps)
        {
            disk.Refuses = step.Trouble == 1;
            disk.Doubts = step.Trouble == 2;
            var holder = holders[step.Who % holders.Count];
            disk.Before = step.Trouble == 3 ? () => Other(holder, step) : null;
            disk.After = step.Trouble == 4 ? () => Other(holder, step) : null;
            if (step.Kind <= 5) Leave(holder, step);
            else if (step.Kind == 6) holders.Add(new(disk, options, new Shifted(time, TimeSpan.FromSeconds(step.Seconds))));
            else if (step.Kind == 7) holders.Add(new(disk, options, new Shifted(time, TimeSpan.FromSeconds(step.Seconds)), ahead: 0));
            else if (step.Kind == 8) holder.Narrow();
            else if (step.Kind == 9) holder.Close();
            else time.Advance(TimeSpan.FromSeconds(Math.Abs(step.Seconds)));
        }

        var (messages, bytes, cell) = ((int)(given.Messages * given.Share), (int)(given.Bytes * given.Share), (int)(given.CellMessages * given.Share));
        foreach (var slot in left.GroupBy(one => one.Slot))
        {
            Assert.True(slot.Count() <= messages, $"{slot.Count()} of {messages} messages");
            Assert.True(slot.Sum(one => one.Bytes) <= bytes, $"{slot.Sum(one => one.Bytes)} of {bytes} bytes");
            Assert.All(slot.Where(one => one.Cell is not null).GroupBy(one => one.Cell), of => Assert.True(of.Count() <= cell, $"{of.Count()} of {cell} messages in {of.Key}"));
        }

        void Leave(RationHolder holder, Step step)
        {
            if (holder.Ask(Cells[step.Cell], step.Bytes, 0) is { Granted: true } permit) left.Add((holder.SlotOf(permit), Cells[step.Cell], step.Bytes));
        }

        // As another silo does while this one writes: one that was there, or one that comes.
        void Other(RationHolder writing, Step step)
        {
            if (step.Seconds > 0) holders.Add(new(disk, options, time));
            foreach (var other in new[] { holders[(step.Who + 1) % holders.Count], holders[^1] }.Where(other => other != writing))
            {
                for (var i = 0; i < 3; i++) Leave(other, step);
            }
        }
    }

    private sealed class Shifted(TimeProvider time, TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + by;
    }
}
