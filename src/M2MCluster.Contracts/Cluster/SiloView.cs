using System.Collections.Immutable;

namespace M2MCluster.Contracts.Cluster;

/// <param name="Address">IP, port and generation, as Orleans names the silo; unlike that of any other silo, ever.</param>
/// <param name="Status">As Orleans names it: Joining, Active, ShuttingDown, Stopping.</param>
/// <param name="AliveAt">When the silo last told the others that it is alive.</param>
/// <param name="Activations">Grains in memory, by type.</param>
/// <param name="Figures">Null: it did not answer.</param>
[GenerateSerializer, Immutable, Alias("m2m.SiloView")]
public sealed record SiloView(
    [property: Id(0)] string Address,
    [property: Id(1)] string HostName,
    [property: Id(2)] string Status,
    [property: Id(3)] int GatewayPort,
    [property: Id(4)] DateTimeOffset StartedAt,
    [property: Id(5)] DateTimeOffset AliveAt,
    [property: Id(6)] ImmutableDictionary<string, int> Activations,
    [property: Id(7)] SiloFigures? Figures);
