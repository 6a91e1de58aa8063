using System.Collections.Concurrent;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Tests.Cluster;

internal sealed class FakeEdgeDirectory : IEdgeDirectory
{
    private readonly ConcurrentDictionary<Bearer, IDownlink> _edges = new();
    private readonly ConcurrentDictionary<string, IDownlink> _others = new();
    private readonly ConcurrentDictionary<string, bool> _gone = new();

    public IDownlink? Find(Bearer bearer, string? silo) => silo is not null && _others.TryGetValue(silo, out var edge) ? edge : _edges.GetValueOrDefault(bearer);

    public bool IsGone(string? silo) => silo is not null && _gone.ContainsKey(silo);

    public void Register(Bearer bearer, IDownlink edge) => _edges[bearer] = edge;

    /// <summary>An edge of another silo.</summary>
    public void RegisterAt(string silo, IDownlink edge) => _others[silo] = edge;

    /// <summary>The silo dies.</summary>
    public void End(string silo)
    {
        _gone[silo] = true;
        _others.TryRemove(silo, out _);
    }
}
