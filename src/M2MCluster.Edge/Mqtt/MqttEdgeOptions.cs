using System.Net;

namespace M2MCluster.Edge.Mqtt;

/// <summary>How devices are served over MQTT; section <c>M2M:Edge:Mqtt</c>.</summary>
public sealed class MqttEdgeOptions
{
    public const string Section = "M2M:Edge:Mqtt";

    /// <summary>Where both listeners stand, an IP address; <c>M2M:Edge:Address</c>.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>TCP port without TLS; 0 turns it off. Beyond loopback it is off unless <see cref="AllowPlain"/>.</summary>
    public int Port { get; set; } = 1883;

    /// <summary>TCP port with TLS; 0 turns it off, and so does the absence of a certificate.</summary>
    public int SecurePort { get; set; } = 8883;

    /// <summary>Whether MQTT without TLS may be reached from beyond loopback.</summary>
    public bool AllowPlain { get; set; }

    /// <summary>Whether the listener without TLS is open.</summary>
    public bool IsPlainOpen => Port != 0 && (AllowPlain || IPAddress.IsLoopback(IPAddress.Parse(Address)));

    /// <summary>Whether the listener with TLS is open.</summary>
    public bool IsSecureOpen => SecurePort != 0 && CertificatePath is not null;

    /// <summary>PEM file with the server's certificate and its chain.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>PEM file with the certificate's private key.</summary>
    public string? CertificateKeyPath { get; set; }

    /// <summary>Connections at once, 1 to 1,000,000; more are told that the server is busy.</summary>
    public int MaxConnections { get; set; } = 100_000;

    /// <summary>A whole packet, bytes, 1 KiB to 16 MiB.</summary>
    public int MaxPacketSize { get; set; } = 1 << 20;

    /// <summary>Publishes of one connection that are read but not yet acknowledged, 1 to 1,024; then reading pauses.</summary>
    public int Window { get; set; } = 16;

    /// <summary>Messages to one connection that are not yet acknowledged, 1 to 1,024.</summary>
    public int MaxInFlight { get; set; } = 16;

    /// <summary>
    /// From the connection to its answer, 1 s to 5 min. A client whose turn has not come in a part of it, half at least and the rest left to chance, is told that the server is busy.
    /// </summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest keep-alive that a version 5 client is granted, 10 to 65,535 s.</summary>
    public int MaxKeepAliveSeconds { get; set; } = 3600;

    /// <summary>The longest pause before what storage refused is tried again; the pauses begin at a fiftieth of it. 50 ms to 5 min.</summary>
    public TimeSpan MaxBackOff { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>After this time a sign of life leaves the channel with the object's grain again, 10 s to 1 day.</summary>
    public TimeSpan ChannelLease { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Children that one gateway connection may declare present, 0 to 100,000.</summary>
    public int MaxChildren { get; set; } = 4096;
}
