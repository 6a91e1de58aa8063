using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Benchmarks.Silo;

internal sealed class NoEdges : IEdgeDirectory
{
    public IDownlink? Find(Bearer bearer, string? silo) => null;

    public bool IsGone(string? silo) => false;

    public void Register(Bearer bearer, IDownlink edge) { }
}
