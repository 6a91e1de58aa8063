using Orleans.Services;

namespace M2MCluster.Contracts.Sessions;

/// <summary>One on each silo, for the others: the edges that it has.</summary>
[Alias("m2m.IEdgeLookup"), GrainInterfaceType("m2m.IEdgeLookup")]
public interface IEdgeLookup : IGrainService
{
    /// <summary>Null: it has none for the bearer, or has not started it yet.</summary>
    [Alias("Find")] ValueTask<IDownlink?> Find(Bearer bearer);
}
