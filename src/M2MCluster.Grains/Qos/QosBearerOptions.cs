namespace M2MCluster.Grains.Qos;

/// <summary>A bearer whose network can be asked for a quality of service.</summary>
public sealed class QosBearerOptions
{
    /// <summary>Bits a second that all sessions together may have; null: as much as the network gives.</summary>
    public long? Capacity { get; set; }

    /// <summary>Of each cell that <see cref="Cells"/> does not name; null: without bound.</summary>
    public long? Cell { get; set; }

    /// <summary>By the name of the cell: an object's characteristic <c>cell</c>, else its gateway.</summary>
    public Dictionary<string, long> Cells { get; } = new(StringComparer.Ordinal);

    /// <summary>At least one, at most 64.</summary>
    public IList<QosProfileOptions> Profiles { get; } = [];

    /// <summary>For how long a session is asked for a message, from each attempt on; 1 s to 1 day, default 5 min.</summary>
    public TimeSpan Session { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a message waits for the network's answer before it goes as others do; 100 ms to 30 s, default 2 s.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one request to the network may take; 100 ms to 60 s, default 10 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The first pause after the network did not answer, doubled up to <see cref="LastRetry"/>; 100 ms to 1 h, default 5 s.</summary>
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Not below the first, up to 1 day; default 5 min.</summary>
    public TimeSpan LastRetry { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a session is looked at of which the network does not tell by itself; 100 ms to 1 h, default 30 s. One that is being set up: each <see cref="Patience"/>.</summary>
    public TimeSpan Look { get; set; } = TimeSpan.FromSeconds(30);
}
