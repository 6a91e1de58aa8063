using CsCheck;
using M2MCluster.Contracts.Planning;
using M2MCluster.Grains.Planning;

namespace M2MCluster.Grains.Tests.Planning;

/// <summary>Random work against a random budget and calendar, carried through to its end; whoever asks, asks when it was told to.</summary>
public sealed class BearerPlanPropertyTests
{
    private sealed record Work(int Second, int Cell, int Bytes, int Priority, int ToleranceMinutes)
    {
        public DateTimeOffset From => Plans.Noon.AddSeconds(Second);
        public DateTimeOffset? Latest => ToleranceMinutes == 0 ? null : From.AddMinutes(ToleranceMinutes);
    }

    private sealed record Case(int Messages, int Bytes, int CellMessages, int CheapFrom, double Share, Work[] Works);

    private static readonly Gen<Work> Works = Gen.Select(
        Gen.Int[0, 7200], Gen.Int[0, 3], Gen.Int[1, 100], Gen.Int[0, 7], Gen.OneOf(Gen.Const(0), Gen.Int[1, 240]),
        (second, cell, bytes, priority, tolerance) => new Work(second, cell, bytes, priority, tolerance));

    private static readonly Gen<Case> Cases = Gen.Select(
        Gen.Int[2, 12], Gen.Int[200, 800], Gen.Int[1, 8], Gen.Int[12, 17], Gen.Double[0.5, 1], Works.Array[1, 300],
        (messages, bytes, cell, cheap, share, works) => new Case(messages, bytes, cell, cheap, share, works));

    [Fact]
    public void Plan_AnyWork_HoldsItsBudgetsItsBoundsAndLosesNothing() => Cases.Sample(Check, iter: 300);

    private static void Check(Case given)
    {
        var options = Plans.Options(
            new() { MessagesPerSecond = given.Messages / 60.0, BytesPerSecond = given.Bytes / 60.0, Cell = new() { MessagesPerSecond = given.CellMessages / 60.0 } },
            Plans.At(given.CheapFrom, given.CheapFrom + 2, 0.5), Plans.At(0, 0, 1, given.Share));
        var plan = Plans.Of(options);
        var sent = new List<(Work Work, DateTimeOffset At)>();
        var places = new Dictionary<Work, Place>(ReferenceEqualityComparer.Instance);
        var queue = new PriorityQueue<(Work Work, PlanHold? Hold), DateTimeOffset>();
        foreach (var work in given.Works) queue.Enqueue((work, null), work.From);

        while (queue.TryDequeue(out var next, out var now))
        {
            var (work, hold) = next;
            var load = Load.Of(work.Bytes);
            if (work.Latest is { } latest && places.TryAdd(work, default))
            {
                var place = places[work] = plan.Reserve(Cell(work), load, work.From, latest, now);
                Assert.InRange(place.At, work.From, latest);
                queue.Enqueue((work, place.HasRoom ? new(place.At, Rank.Tolerant) : null), place.At);
                continue;
            }

            var room = new[] { "", Cell(work) ?? "" }.All(name => plan.Lanes.Find(name) is { } lane && HasRoom(lane, plan.Grid.IndexOf(now), work, given, now));
            var permit = plan.Admit(Cell(work), load, work.Priority, hold, work.Latest, now);
            // What cannot wait leaves at once where there is room.
            Assert.True(permit.Granted || !room);
            if (permit.Granted) sent.Add((work, now));
            else
            {
                Assert.True(permit.Hold!.Value.At > now);
                queue.Enqueue((work, permit.Hold), permit.Hold.Value.At);
            }
        }

        // Nothing is lost, and nothing is held for nobody.
        Assert.Equal(given.Works.Length, sent.Count);
        foreach (var lane in plan.Lanes.All)
        {
            var name = lane.Name;
            var of = sent.Where(one => name.Length == 0 || Cell(one.Work) == name).GroupBy(one => plan.Grid.IndexOf(one.At));
            foreach (var slot in of)
            {
                var start = plan.Grid.StartOf(slot.Key);
                Assert.Equal(new(slot.Count(), slot.Sum(one => one.Work.Bytes)), lane[slot.Key].Used);
                Assert.True(slot.Count() <= Part(lane.Budget.Messages, given, start), $"{slot.Count()} messages in a slot of {name}");
                Assert.True(lane.Budget.Bytes == int.MaxValue || slot.Sum(one => one.Work.Bytes) <= Part(lane.Budget.Bytes, given, start));
                Assert.Equal(lane[slot.Key].Used, lane[slot.Key].Taken(Rank.Tolerant));
            }
        }

        // Where nobody had to give way, every bound was kept, and the price was the one that was promised.
        if (!places.Values.All(place => place.HasRoom) || given.Works.Any(work => work.Latest is null)) return;
        Assert.All(sent, one => Assert.True(one.At <= one.Work.Latest, $"{one.At} is after {one.Work.Latest}"));
        Assert.All(sent, one => Assert.Equal(places[one.Work].At, one.At));
    }

    private static bool HasRoom(Lane lane, long slot, Work work, Case given, DateTimeOffset now)
    {
        var taken = lane[slot].Taken(Rank.Tolerant);
        return taken.Messages + 1 <= Part(lane.Budget.Messages, given, now)
            && (lane.Budget.Bytes == int.MaxValue || taken.Bytes + work.Bytes <= Part(lane.Budget.Bytes, given, now));
    }

    private static string? Cell(Work work) => work.Cell == 0 ? null : $"cell-{work.Cell}";

    private static int Part(int budget, Case given, DateTimeOffset at)
    {
        var cheap = at.Hour >= given.CheapFrom && at.Hour < given.CheapFrom + 2;
        return cheap ? budget : (int)(budget * given.Share);
    }
}
