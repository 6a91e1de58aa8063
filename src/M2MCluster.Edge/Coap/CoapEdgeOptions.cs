using System.Net;
using M2MCluster.Edge.Coap.Groups;

namespace M2MCluster.Edge.Coap;

/// <summary>The CoAP listener, <c>M2M:Edge:Coap</c>.</summary>
public sealed class CoapEdgeOptions
{
    public const string Section = "M2M:Edge:Coap";

    /// <summary>The address to listen on (<c>M2M:Edge:Address</c>), default 127.0.0.1.</summary>
    public string Address { get; set; } = IPAddress.Loopback.ToString();

    /// <summary>UDP port, 0–65535, default 5683; 0 turns the listener off.</summary>
    public int Port { get; set; } = 5683;

    /// <summary>Whether to take plain CoAP beyond loopback; default no.</summary>
    public bool AllowPlain { get; set; }

    /// <summary>Whether the listener is open.</summary>
    public bool IsPlainOpen => Port != 0 && (AllowPlain || IPAddress.IsLoopback(IPAddress.Parse(Address)));

    /// <summary>
    /// Whether a peer on loopback is taken to receive at the address it sends from, default yes; no where a UDP proxy on this machine
    /// stands before the listener. All other peers show it by an Echo round (RFC 9175).
    /// </summary>
    public bool TrustLoopback { get; set; } = true;

    /// <summary>Workers among which peers are divided, 1–64; default 4.</summary>
    public int Workers { get; set; } = 4;

    /// <summary>Datagrams that wait for a worker, 16–1,000,000 each; default 4,096. One more is dropped, as on a busy network.</summary>
    public int QueuePerWorker { get; set; } = 4096;

    /// <summary>Requests of one peer each second, 1–1,000,000; default 5,000, with as many at once. One more is answered 4.29.</summary>
    public int MaxRequestsPerSecondPerPeer { get; set; } = 5000;

    /// <summary>Peers remembered, 64–10,000,000; default 200,000. The one that was silent longest is forgotten first.</summary>
    public int MaxSessions { get; set; } = 200_000;

    /// <summary>Bytes of a request's body, 1,024–16,777,216; default 1 MiB. More is answered 4.13.</summary>
    public int MaxBody { get; set; } = 1 << 20;

    /// <summary>Bytes of all bodies that come in block by block and are not whole yet, 65,536–1,073,741,824; default 64 MiB.</summary>
    public long MaxBodies { get; set; } = 64 << 20;

    /// <summary>How long the next block of a body is awaited, 1–86,400 s; default 247 s (EXCHANGE_LIFETIME). A report whose rest does not come is told as incomplete.</summary>
    public TimeSpan BodyTimeout { get; set; } = TimeSpan.FromSeconds(247);

    /// <summary>After how long an answer goes separately, 0.05–1.9 s (before a peer's first retransmission); default 1 s.</summary>
    public TimeSpan SeparateAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The Max-Age of 4.29, and of 5.03 where it is not the admission control's, 1–3,600 s; default 5 s.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The Max-Age with which an object that is not provisioned yet is told to ask again, 1–604,800 s; default an hour.</summary>
    public TimeSpan BootstrapAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>ACK_TIMEOUT towards devices, 0.1–60 s; default 2 s. 10–20 s suits NB-IoT.</summary>
    public TimeSpan AckTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>MAX_RETRANSMIT towards devices, 0–10; default 4.</summary>
    public int MaxRetransmit { get; set; } = 4;

    /// <summary>How long a device may take to answer a request that it acknowledged, 1–600 s; default 93 s.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(93);

    /// <summary>Group addresses that may be sent to, and for whom; default none.</summary>
    public IList<CoapGroupOptions> Groups { get; } = [];
}
