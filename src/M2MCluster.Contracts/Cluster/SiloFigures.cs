using System.Collections.Immutable;

namespace M2MCluster.Contracts.Cluster;

/// <summary>What a silo tells of itself.</summary>
/// <param name="Version">Of the program.</param>
/// <param name="CpuPercent">Of all that the silo may use, 0 to 100, as measured over the last seconds.</param>
/// <param name="MemoryBytes">Managed memory in use, gaps between objects included.</param>
/// <param name="MemoryLimitBytes">What the process may use at most.</param>
/// <param name="Gauges">Of <see cref="ISiloGauge"/>.</param>
[GenerateSerializer, Immutable, Alias("m2m.SiloFigures")]
public sealed record SiloFigures(
    [property: Id(0)] string Version,
    [property: Id(1)] double CpuPercent,
    [property: Id(2)] long MemoryBytes,
    [property: Id(3)] long MemoryLimitBytes,
    [property: Id(4)] ImmutableDictionary<string, long> Gauges);
