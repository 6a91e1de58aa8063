namespace M2MCluster.Grains.Planning;

/// <summary>How full a plan is: of the current slot the bearer and its fullest cell, 1 is full; and for how many messages a place is held.</summary>
internal sealed record PlanFill(double Whole, double FullestCell, long Waiting)
{
    public static PlanFill Of(BearerPlan plan, DateTimeOffset now)
    {
        var current = plan.Grid.IndexOf(now);
        var (whole, cells, waiting) = (0.0, 0.0, 0L);
        foreach (var lane in plan.Lanes.All)
        {
            var fill = PlanReading.FillOf(plan, lane, current);
            if (double.IsInfinity(fill)) fill = 1;
            if (lane.Name.Length > 0)
            {
                cells = Math.Max(cells, fill);
                continue;
            }

            whole = fill;
            for (var slot = current; slot <= Math.Min(lane.Last, current + plan.Grid.Ahead); slot++)
            {
                var found = lane[slot];
                waiting += found.Taken(Rank.Tolerant).Messages - found.Used.Messages;
            }
        }

        return new(whole, cells, waiting);
    }
}
