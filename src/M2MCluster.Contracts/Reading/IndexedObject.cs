using M2MCluster.Contracts.Objects;

namespace M2MCluster.Contracts.Reading;

/// <summary>An object as lists show it.</summary>
/// <param name="LastSeenAt">As of its last commit; null if it was never heard of.</param>
/// <param name="OnlineUntil">Until when its last commit takes it to be reachable.</param>
public sealed record IndexedObject(ObjectDescription Description, DateTimeOffset? LastSeenAt, DateTimeOffset? OnlineUntil);
