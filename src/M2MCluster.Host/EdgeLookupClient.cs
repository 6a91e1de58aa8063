using M2MCluster.Contracts.Sessions;
using Orleans.Runtime;
using Orleans.Runtime.Services;

namespace M2MCluster.Host;

internal sealed class EdgeLookupClient(IServiceProvider services) : GrainServiceClient<IEdgeLookup>(services)
{
    public ValueTask<IDownlink?> FindAsync(SiloAddress silo, Bearer bearer) => GetGrainService(silo).Find(bearer);
}
