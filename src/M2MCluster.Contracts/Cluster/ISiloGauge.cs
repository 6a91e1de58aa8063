namespace M2MCluster.Contracts.Cluster;

/// <summary>One figure of this silo, as operators see it beside those of the others.</summary>
public interface ISiloGauge
{
    /// <summary>As the metric of the same figure: <c>m2m.storage.commit.queued</c>.</summary>
    string Name { get; }

    /// <summary>Its value now; cheap.</summary>
    long Read();
}
