namespace M2MCluster.Contracts.Reading;

/// <param name="Feed">An application's id, or the name of a webhook's feed.</param>
/// <param name="Events">Not acknowledged yet.</param>
public sealed record FeedLag(string Feed, long Events);
