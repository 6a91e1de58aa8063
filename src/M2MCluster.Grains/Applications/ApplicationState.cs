using System.Collections.Immutable;
using M2MCluster.Contracts.Applications;

namespace M2MCluster.Grains.Applications;

[GenerateSerializer, Immutable, Alias("m2m.ApplicationState")]
internal sealed record ApplicationState(
    [property: Id(0)] ApplicationView View,
    [property: Id(1)] ImmutableArray<StoredKey> Keys,
    [property: Id(2)] ImmutableArray<Subscription> Subscriptions);

[GenerateSerializer, Immutable, Alias("m2m.StoredKey")]
internal sealed record StoredKey(
    [property: Id(0)] KeyView View,
    [property: Id(1)] byte[] Hash);
