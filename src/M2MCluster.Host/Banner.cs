using M2MCluster.Edge.Coap;
using M2MCluster.Edge.Mqtt;
using M2MCluster.Edge.Sms;
using M2MCluster.Storage;

namespace M2MCluster.Host;

/// <summary>What a person needs to know when the node is up: where everything is, and a first call.</summary>
internal static class Banner
{
    public static string Text(NodeOptions node, DataFolder folder, StorageEngine engine, CoapEdgeOptions coap, MqttEdgeOptions mqtt, SmsEdgeOptions sms)
    {
        var http = $"http://{node.FrontDoor.Address}:{node.FrontDoor.HttpPort}";
        var call = new UriBuilder("http", OwnAddress.Of(node.FrontDoor.Address).ToString(), node.FrontDoor.HttpPort, "/v1/objects").Uri;
        var lines = new List<string>
        {
            "",
            "M2MCluster is up.",
            Line("REST", node.FrontDoor.HttpPort, http),
            Line("gRPC", node.FrontDoor.GrpcPort, $"http://{node.FrontDoor.Address}:{node.FrontDoor.GrpcPort} (h2c)"),
            Line("CoAP", coap.Port, $"coap://{coap.Address}:{coap.Port}"),
            Line("MQTT", mqtt.Port, $"mqtt://{mqtt.Address}:{mqtt.Port}"),
            Line("SMS", sms.Port, $"SMSC {sms.Host}:{sms.Port}"),
            Line("Health", node.Management.Port, $"http://{node.Management.Address}:{node.Management.Port}/health/ready, /metrics"),
            $"  Data     {folder.Path} ({engine})",
            $"  Key      {folder.OperatorKeyFile} (operator)",
            "",
            "First call:",
            $"  curl -H \"Authorization: Bearer $(cat {folder.OperatorKeyFile})\" {call}",
            "",
        };
        return string.Join(Environment.NewLine, lines);
    }

    private static string Line(string name, int port, string where) => $"  {name,-8} {(port == 0 ? "off" : where)}";
}
