using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Benchmarks.Silo;

internal sealed class NoEdges : IEdgeDirectory
{
    public IDownlink? Find(Bearer bearer) => null;

    public void Register(Bearer bearer, IDownlink edge) { }
}
