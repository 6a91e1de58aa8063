namespace M2MCluster.Contracts.Reading;

/// <param name="Due">Items whose time has come and that are not dealt with.</param>
/// <param name="OldestDueAt">The time of the oldest of them.</param>
/// <param name="WaitingMessages">Messages without an outcome.</param>
/// <param name="Feeds">The most events first.</param>
public sealed record Backlog(long Due, DateTimeOffset? OldestDueAt, long WaitingMessages, IReadOnlyList<FeedLag> Feeds);
