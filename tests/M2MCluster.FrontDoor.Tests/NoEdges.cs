using M2MCluster.Contracts.Sessions;

namespace M2MCluster.FrontDoor.Tests;

/// <summary>A node without edges.</summary>
internal sealed class NoEdges : IEdgeDirectory
{
    public IDownlink? Find(Bearer bearer) => null;

    public void Register(Bearer bearer, IDownlink edge) => throw new NotSupportedException();
}
