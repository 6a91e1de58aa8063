using M2MCluster.Contracts;

namespace M2MCluster.Grains.Commit;

/// <summary>Called by the pipeline after a commit, with all the times that it armed. Must not throw, nor wait.</summary>
public interface IDueHints
{
    void Armed(IReadOnlyList<DueTime> times);
}
