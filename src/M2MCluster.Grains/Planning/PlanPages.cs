using System.Collections.Immutable;

namespace M2MCluster.Grains.Planning;

/// <summary>Turns a plan into pages that can be kept, and back.</summary>
internal static class PlanPages
{
    public static PlanPage Of(BearerPlan plan, long page)
    {
        var rows = ImmutableArray.CreateBuilder<PlanRow>();
        foreach (var lane in plan.Lanes.All)
        {
            for (var slot = page * Lane.PageSize; slot < (page + 1) * Lane.PageSize; slot++)
            {
                var found = lane[slot];
                if (found.Taken(Rank.Tolerant) != default) rows.Add(new(lane.Name, slot, Numbers(found)));
            }
        }

        return new(page, (int)plan.Grid.Length.TotalSeconds, rows.ToImmutable());
    }

    /// <summary>Cells that have no budget any more are left out.</summary>
    public static void Restore(BearerPlan plan, PlanPage page)
    {
        foreach (var row in page.Rows)
        {
            if (plan.Lanes.Find(row.Cell) is not { } lane) continue;
            ref var slot = ref lane.Change(row.Slot);
            slot.Used = At(row, 0);
            for (var rank = 0; rank < Rank.Count; rank++)
            {
                if (At(row, rank + 1) is var held && held != default) slot.Set(rank, held);
            }
        }
    }

    private static ImmutableArray<int> Numbers(LaneSlot slot)
    {
        var loads = new List<Load> { slot.Used };
        for (var rank = 0; rank < Rank.Count; rank++) loads.Add(slot.Held(rank));
        while (loads[^1] == default) loads.RemoveAt(loads.Count - 1);
        return [.. loads.SelectMany(load => new[] { load.Messages, load.Bytes })];
    }

    private static Load At(PlanRow row, int place) => row.Numbers.Length > 2 * place ? new(row.Numbers[2 * place], row.Numbers[(2 * place) + 1]) : default;
}
