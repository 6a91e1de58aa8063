using System.Diagnostics.Metrics;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary>The meter <c>M2MCluster.Edge.Mqtt</c>.</summary>
internal sealed class MqttMetrics
{
    public const string MeterName = "M2MCluster.Edge.Mqtt";

    private readonly UpDownCounter<long> _connections;
    private readonly UpDownCounter<long> _withheld;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _publishes;
    private readonly Counter<long> _deliveries;
    private readonly Counter<long> _forged;

    public MqttMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _connections = meter.CreateUpDownCounter<long>("m2m.mqtt.connections", "{connection}", "Admitted connections.");
        _withheld = meter.CreateUpDownCounter<long>("m2m.mqtt.withheld", "{connection}", "Connections whose publishes wait for storage.");
        _refused = meter.CreateCounter<long>("m2m.mqtt.connections.refused", "{connection}", "Refused connections, by reason.");
        _publishes = meter.CreateCounter<long>("m2m.mqtt.publishes", "{packet}", "Publishes of devices, by what became of them.");
        _deliveries = meter.CreateCounter<long>("m2m.mqtt.deliveries", "{message}", "Messages handed to devices, by what became of them.");
        _forged = meter.CreateCounter<long>("m2m.mqtt.children.forged", "{packet}", "Publishes of a gateway for what is not its child.");
    }

    public void Connected() => _connections.Add(1);

    public void Disconnected() => _connections.Add(-1);

    public void Withheld(int change) => _withheld.Add(change);

    public void Refused(MqttConnectReasonCode reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));

    public void Published(string result) => _publishes.Add(1, new KeyValuePair<string, object?>("result", result));

    public void Delivered(string result) => _deliveries.Add(1, new KeyValuePair<string, object?>("result", result));

    public void ForgedChild() => _forged.Add(1);
}
