using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Schedule;

/// <summary>Tells the shards what was armed within the time that they have read already; one call a shard and batch.</summary>
internal sealed class DueHints(TimeProvider time, IGrainFactory grains) : IDueHints
{
    public void Armed(IReadOnlyList<DueTime> times)
    {
        var until = (time.GetUtcNow() + DueWindow.Length).ToUnixTimeMilliseconds();
        Dictionary<int, ImmutableArray<DueTime>.Builder>? soon = null;
        foreach (var due in times)
        {
            if (due.At > until) continue;
            var shard = DueTime.ShardOf(due.ObjectId);
            soon ??= [];
            if (!soon.TryGetValue(shard, out var told)) soon[shard] = told = ImmutableArray.CreateBuilder<DueTime>();
            told.Add(due);
        }

        foreach (var (shard, told) in soon ?? []) grains.GetGrain<IScheduleGrain>(shard).Armed(told.DrainToImmutable()).AsTask().Ignore();
    }
}
