namespace M2MCluster.Contracts.Events;

/// <summary>The place of an event in a feed: sequence numbers count from 1 in each partition.</summary>
public readonly record struct FeedPosition(int Partition, long Sequence);
