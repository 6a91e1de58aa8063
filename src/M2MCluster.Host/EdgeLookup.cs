using M2MCluster.Contracts.Sessions;
using Orleans.Runtime;

namespace M2MCluster.Host;

/// <summary>Answers other silos.</summary>
internal sealed class EdgeLookup(GrainId id, Silo silo, ILoggerFactory logs, IEdgeDirectory edges) : GrainService(id, silo, logs), IEdgeLookup
{
    public ValueTask<IDownlink?> Find(Bearer bearer) => new(edges.Find(bearer, silo: null));
}
