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

    /// <summary>
    /// Seconds by which a report may come after its period's beginning, so that it is sent when that is cheap; 0: at once. Default: the whole period, in which reports are spread.
    /// </summary>
    public const string ReportTolerance = "reportTolerance";

    /// <summary>
    /// Seconds, to the millisecond, 0 to less than the period: the instant in each period at which it samples, the same for all that have it; groups share it (D.3.3.c). It reports then too, or within its
    /// <see cref="ReportTolerance"/> after it, if it has one. Default: a phase of its own, so that all together report evenly.
    /// </summary>
    public const string ReportPhase = "reportPhase";

    /// <summary>The network's cell in which it is, whose budget it uses; its gateway if not given.</summary>
    public const string Cell = "cell";

    /// <summary>
    /// Where it is, WGS 84: a geo URI (RFC 5870, <c>"geo:52.52,13.405"</c>), two numbers (<c>"52.52,13.405"</c>), or an object with <c>latitude</c> and <c>longitude</c>. Messages to an
    /// area go by it.
    /// </summary>
    public const string Location = "location";

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

    /// <summary>Boolean: it switches its radio off as soon as nothing waits for it; its awake window then ends with that exchange (4.15.c).</summary>
    public const string OffWhenDone = "offWhenDone";

    /// <summary>Seconds without traffic after which a persistent session is ended, 1 to a day; keep-alives do not count. Default: never (4.15.b).</summary>
    public const string IdleTimeout = "idleTimeout";

    /// <summary>True: nothing can be delivered to it. A list of bearers: over those it only sends (6.8).</summary>
    public const string SendOnly = "sendOnly";

    /// <summary>Boolean: false: firmware is not sent to it (6.5.a). Not given: it may be.</summary>
    public const string Upgradable = "upgradable";

    /// <summary>
    /// Bytes of the largest CoAP datagram to the object, from 64, of which answers, notifications and requests take no more; the larger goes in blocks. Not given: blocks of 1,024 bytes, or as it asks for.
    /// </summary>
    public const string MaxDatagram = "maxDatagram";

    /// <summary>
    /// List of commands that it takes, and no others: <c>"PUT /led"</c>, <c>"/led"</c>, or an object with <c>path</c> or <c>name</c>, and <c>methods</c> and
    /// <c>parameters</c> (a JSON schema: type, required, properties, enum, minimum, maximum) (6.2).
    /// </summary>
    public const string Commands = "commands";

    /// <summary>
    /// List of ids, <c>*</c> at an end for any, of objects that it exchanges messages with. Only as preconfigured: what the object says of itself is no grant (4.1.b).
    /// </summary>
    public const string Peers = "peers";

    /// <summary>
    /// Of a gateway, as preconfigured: the CoAP group address (<c>239.1.2.3:5683</c>) at which all of its children listen. Of a group, among what its members share: that at
    /// which they listen. The operator permits it by <c>M2M:Edge:Coap:Groups</c> (4.3.a).
    /// </summary>
    public const string GroupAddress = "groupAddress";
}
