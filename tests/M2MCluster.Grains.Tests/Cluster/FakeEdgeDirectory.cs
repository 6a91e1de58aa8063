using System.Collections.Concurrent;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Tests.Cluster;

internal sealed class FakeEdgeDirectory : IEdgeDirectory
{
    private readonly ConcurrentDictionary<Bearer, IDownlink> _edges = new();

    public IDownlink? Find(Bearer bearer) => _edges.GetValueOrDefault(bearer);

    public void Register(Bearer bearer, IDownlink edge) => _edges[bearer] = edge;
}
