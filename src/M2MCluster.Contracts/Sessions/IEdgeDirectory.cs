namespace M2MCluster.Contracts.Sessions;

/// <summary>
/// The edges of this silo, by bearer. A grain that comes back after a restart finds by it the way to an object whose address
/// outlives the process (a registered CoAP endpoint). Thread-safe.
/// </summary>
public interface IEdgeDirectory
{
    IDownlink? Find(Bearer bearer);

    void Register(Bearer bearer, IDownlink edge);
}
