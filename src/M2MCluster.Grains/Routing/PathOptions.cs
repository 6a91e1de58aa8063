using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Routing;

/// <summary><c>M2M:Paths</c>: what ways cost and how long they take, and when a failing one is left.</summary>
public sealed class PathOptions
{
    public const string Section = "M2M:Paths";

    public WayOptions Mqtt { get; set; } = new() { Delay = TimeSpan.FromMilliseconds(200) };
    public WayOptions Coap { get; set; } = new() { Delay = TimeSpan.FromMilliseconds(500) };

    public WayOptions Sms { get; set; } = new() { CostPerMessage = 1, Delay = TimeSpan.FromSeconds(10) };
    public WayOptions MqttByGateway { get; set; } = new() { Delay = TimeSpan.FromSeconds(1) };
    public WayOptions CoapByGateway { get; set; } = new() { Delay = TimeSpan.FromSeconds(2) };

    /// <summary>What a second of delay is worth, in the unit of the costs, where the preference is the balance; default 0.01.</summary>
    public double CostOfSecond { get; set; } = 0.01;

    /// <summary>A failure counts half after this; default 10 min, 1 s to 7 days.</summary>
    public TimeSpan FailureHalfLife { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a way that failed is left to others, doubled with each failure in a row; default 30 s, 1 s to 1 day.</summary>
    public TimeSpan FirstRest { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Default 30 min; not less than <see cref="FirstRest"/>, up to 7 days.</summary>
    public TimeSpan LongestRest { get; set; } = TimeSpan.FromMinutes(30);

    internal IEnumerable<(string Name, Bearer Bearer, bool ByGateway, WayOptions Figures)> All =>
    [
        (nameof(Mqtt), Bearer.Mqtt, false, Mqtt), (nameof(Coap), Bearer.Coap, false, Coap), (nameof(Sms), Bearer.Sms, false, Sms),
        (nameof(MqttByGateway), Bearer.Mqtt, true, MqttByGateway), (nameof(CoapByGateway), Bearer.Coap, true, CoapByGateway),
    ];
}
