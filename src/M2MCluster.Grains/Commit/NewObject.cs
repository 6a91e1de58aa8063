using M2MCluster.Contracts.Objects;

namespace M2MCluster.Grains.Commit;

/// <summary>An object to be made: its state row, its description, and an alias row for each of its names.</summary>
/// <param name="OnlineUntil">See <see cref="StateWrite"/>.</param>
public sealed record NewObject(ObjectDescription Description, byte[] State, long OnlineUntil);
