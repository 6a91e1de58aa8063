using System.Diagnostics.Metrics;
using M2MCluster.Contracts.Metering;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary>The meter <c>M2MCluster.Edge.Mqtt</c>.</summary>
internal sealed class MqttMetrics
{
    public const string MeterName = "M2MCluster.Edge.Mqtt";

    private static readonly MqttConnectReasonCode[] Reasons =
    [
        MqttConnectReasonCode.ServerBusy, MqttConnectReasonCode.ServerUnavailable, MqttConnectReasonCode.QuotaExceeded, MqttConnectReasonCode.ConnectionRateExceeded,
        MqttConnectReasonCode.BadUserNameOrPassword, MqttConnectReasonCode.NotAuthorized,
    ];

    private static readonly string[] ReasonNames = [.. Reasons.Select(reason => reason.ToString()), "other"];
    private static readonly string[] Results = ["done", "unreadable", "not-authorized", "quota-exceeded", "too-large", "conflict", "unknown-topic", "unknown-message", "internal", "other"];
    private static readonly string[] Ends = ["acknowledged", "sent", "busy", "lost", "refused", "other"];

    private readonly Level _connections;
    private readonly Level _withheld;
    private readonly CounterSet _refused;
    private readonly CounterSet _publishes;
    private readonly CounterSet _deliveries;
    private readonly CounterSet _forged;

    public MqttMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _connections = new Level(meter, "m2m.mqtt.connections", "{connection}", "Admitted connections.");
        _withheld = new Level(meter, "m2m.mqtt.withheld", "{connection}", "Connections whose publishes wait for storage.");
        _refused = new CounterSet(meter, "m2m.mqtt.connections.refused", "{connection}", "Refused connections, by reason.",
            ("reason", ReasonNames));
        _publishes = new CounterSet(meter, "m2m.mqtt.publishes", "{packet}", "Publishes of devices, by what became of them.", ("result", Results));
        _deliveries = new CounterSet(meter, "m2m.mqtt.deliveries", "{message}", "Messages handed to devices, by what became of them.", ("result", Ends));
        _forged = new CounterSet(meter, "m2m.mqtt.children.forged", "{packet}", "Publishes of a gateway for what is not its child.");
    }

    public void Connected() => _connections.Add(1);

    public void Disconnected() => _connections.Add(-1);

    public void Withheld(int change) => _withheld.Add(change);

    public void Refused(MqttConnectReasonCode reason) => _refused.Add(row: PlaceOf(ReasonNames, reason.ToString()));

    public void Published(string result) => _publishes.Add(row: PlaceOf(Results, result));

    public void Delivered(string result) => _deliveries.Add(row: PlaceOf(Ends, result));

    public void ForgedChild() => _forged.Add();

    /// <summary>What is not among them counts under the last name, <c>other</c>.</summary>
    private static int PlaceOf(string[] values, string value) => Array.IndexOf(values, value) is >= 0 and var place ? place : values.Length - 1;
}
