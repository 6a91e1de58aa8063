namespace M2MCluster.Contracts.Reading;

public interface IFeedPassages
{
    /// <summary>The ids of the events of that type in one partition of a feed, after the one sequence number and up to the other.</summary>
    ValueTask<IReadOnlyList<long>> EventsBetweenAsync(string feed, int partition, string type, long after, long upTo, CancellationToken cancellation);
}
