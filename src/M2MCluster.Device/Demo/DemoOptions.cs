using System.Net;

namespace M2MCluster.Device.Demo;

/// <summary>Where the demonstration's fleet lives.</summary>
public sealed record DemoOptions
{
    /// <summary>The front door's REST address, such as <c>http://127.0.0.1:8080</c>.</summary>
    public required Uri FrontDoor { get; init; }

    /// <summary>An operator's key.</summary>
    public required string Key { get; init; }

    /// <summary>Null: no CoAP, and so no meters and no gateway.</summary>
    public IPEndPoint? Coap { get; init; }

    /// <summary>Null: no MQTT, and so no tracker.</summary>
    public IPEndPoint? Mqtt { get; init; }
}
