using M2MCluster.Contracts;

namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>A message to a gateway that carries a group's message to some of its children.</summary>
/// <param name="Chunk">Where the children are listed.</param>
[GenerateSerializer, Immutable, Alias("m2m.OpenFrame")]
internal readonly record struct OpenFrame([property: Id(0)] MessageId Id, [property: Id(1)] int Chunk);
