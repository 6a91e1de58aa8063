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

    /// <summary>Bytes: the largest payload that the object takes.</summary>
    public const string MaxPayload = "maxPayload";

    /// <summary>Bits a second of the way to the object.</summary>
    public const string Bandwidth = "bandwidth";

    /// <summary>List of <c>COAP</c>, <c>MQTT</c>, <c>SMS</c>: over what the object can be reached. Not given: over what it was heard on.</summary>
    public const string Bearers = "bearers";

    /// <summary>How far the object confirms what it gets: <c>NONE</c>, <c>DELIVERED</c> or <c>APPLIED</c>; not given: as far as it is asked.</summary>
    public const string Confirms = "confirms";
}
