namespace M2MCluster.Contracts.Objects;

/// <summary>The characteristics that the platform itself acts on; any other name is free.</summary>
public static class Characteristics
{
    /// <summary>Boolean: whether the object sleeps between exchanges. Default true over CoAP unless its registration says otherwise.</summary>
    public const string Sleeping = "sleeping";

    /// <summary>Seconds for which the object listens after an exchange; default 93 (MAX_TRANSMIT_WAIT of RFC 7252).</summary>
    public const string AwakeWindow = "awakeWindow";

    /// <summary>Seconds between reports that are expected of it; silence beyond one and a half of it is overdue.</summary>
    public const string ReportPeriod = "reportPeriod";

    /// <summary>The network's cell in which it is, whose budget it uses; its gateway if not given.</summary>
    public const string Cell = "cell";

    /// <summary>Messages that may be pushed before the first is acknowledged, 1 to 16; default 1.</summary>
    public const string InFlight = "inFlight";
}
