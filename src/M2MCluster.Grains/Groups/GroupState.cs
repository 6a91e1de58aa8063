using M2MCluster.Contracts.Groups;

namespace M2MCluster.Grains.Groups;

/// <summary>The members are rows of their own.</summary>
[GenerateSerializer, Immutable, Alias("m2m.GroupState")]
internal sealed record GroupState([property: Id(0)] GroupView View);
