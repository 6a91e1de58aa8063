namespace M2MCluster.Contracts.Reading;

public interface IBacklogReader
{
    /// <summary>
    /// What waits on disk, counted up to <paramref name="bound"/> each; of feeds the <paramref name="feeds"/> that are most behind.
    /// </summary>
    ValueTask<Backlog> ReadAsync(DateTimeOffset now, int bound, int feeds, CancellationToken cancellation);
}
