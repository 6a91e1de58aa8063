using System.Collections.Concurrent;
using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Storage.Tests;

internal sealed class RecordedDueHints : IDueHints
{
    public ConcurrentQueue<DueTime> Times { get; } = new();

    public void Armed(IReadOnlyList<DueTime> times)
    {
        foreach (var due in times) Times.Enqueue(due);
    }
}
