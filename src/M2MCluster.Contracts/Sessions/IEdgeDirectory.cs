namespace M2MCluster.Contracts.Sessions;

/// <summary>
/// The edges, by bearer. A grain that comes back finds by it the way to an object whose address outlives a process (a registered CoAP endpoint). Thread-safe.
/// </summary>
public interface IEdgeDirectory
{
    /// <summary>
    /// The edge of the silo that listens now where the given run did. If that silo is gone, or none is given, the edge of this one; null also for a moment after a
    /// silo has joined.
    /// </summary>
    IDownlink? Find(Bearer bearer, string? silo);

    /// <summary>Whether that run of a silo has ended, and its sessions with it; false for null.</summary>
    bool IsGone(string? silo);

    /// <summary>An edge of this silo.</summary>
    void Register(Bearer bearer, IDownlink edge);
}
