namespace M2MCluster.Contracts.Sessions;

/// <summary>The silos of the cluster, each named by its run: address, port and generation. Thread-safe.</summary>
public interface ISilos
{
    /// <summary>This run of this silo; null where there is one node only.</summary>
    string? Local { get; }

    /// <summary>Grows whenever a silo has left, in order or not: grains that were on it are gone from memory.</summary>
    long Departures { get; }

    /// <summary>Whether the run is known to have ended.</summary>
    bool IsGone(string silo);

    /// <summary>Whether some silo runs now at the address and port of that run.</summary>
    bool HasSuccessor(string silo);

    /// <summary>The edge of the silo that runs now at the address and port of that run; null if it is not known yet.</summary>
    IDownlink? FindEdge(Bearer bearer, string silo);

    /// <summary>Returns when <see cref="Departures"/> is not the given number any more.</summary>
    Task WaitForDepartureAsync(long known, CancellationToken cancellation);
}
