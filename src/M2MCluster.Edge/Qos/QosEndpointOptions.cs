namespace M2MCluster.Edge.Qos;

/// <summary>Where a network's Quality-on-Demand API is (CAMARA), and who we are there.</summary>
public sealed class QosEndpointOptions
{
    /// <summary>Up to and with the version, as <c>https://api.example.com/quality-on-demand/v1</c>; https, or http on loopback. Empty: none.</summary>
    public string BaseUrl { get; set; } = "";

    /// <summary>The file that holds the access token; read anew for each request, so it can be replaced.</summary>
    public string TokenFile { get; set; } = "";

    /// <summary>Instead of a token: where one is had by client credentials (RFC 6749, 4.4).</summary>
    public string TokenUrl { get; set; } = "";

    public string ClientId { get; set; } = "";

    /// <summary>The file that holds the client's secret.</summary>
    public string ClientSecretFile { get; set; } = "";

    /// <summary>Asked for with the token; empty: none.</summary>
    public string Scope { get; set; } = "";

    /// <summary>The platform's own address as devices see it, IPv4 or IPv6, or a network of addresses.</summary>
    public string ApplicationServer { get; set; } = "";

    /// <summary>The node's front door as the network reaches it, to tell of changes: <c>https://m2m.example.com</c>. Empty: sessions are looked at instead.</summary>
    public string SinkUrl { get; set; } = "";
}
