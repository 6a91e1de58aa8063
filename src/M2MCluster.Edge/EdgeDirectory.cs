using System.Collections.Concurrent;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Edge;

internal sealed class EdgeDirectory(ISilos silos) : IEdgeDirectory
{
    private readonly ConcurrentDictionary<Bearer, IDownlink> _edges = new();

    public IDownlink? Find(Bearer bearer, string? silo) => silo is null || silo == silos.Local || !silos.HasSuccessor(silo)
        ? _edges.GetValueOrDefault(bearer)
        : silos.FindEdge(bearer, silo);

    public bool IsGone(string? silo) => silo is not null && silo != silos.Local && silos.IsGone(silo);

    public void Register(Bearer bearer, IDownlink edge) => _edges[bearer] = edge;
}
