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
            Line("CoAP", coap.IsPlainOpen ? coap.Port : 0, $"coap://{coap.Address}:{coap.Port}"),
            Line("MQTT", mqtt.IsPlainOpen ? mqtt.Port : 0, $"mqtt://{mqtt.Address}:{mqtt.Port}"),
            Line("MQTTS", mqtt.IsSecureOpen ? mqtt.SecurePort : 0, $"mqtts://{mqtt.Address}:{mqtt.SecurePort}"),
            Line("SMS", sms.Port, $"SMSC {sms.Host}:{sms.Port}"),
            Line("Health", node.Management.Port, $"http://{node.Management.Address}:{node.Management.Port}/health/ready, /metrics"),
            $"  Data     {folder.Path} ({engine})",
            $"  Key      {folder.OperatorKeyFile} (operator)",
            "",
        };
        if (node.FrontDoor.HttpPort != 0) lines.AddRange("First call:", $"  curl -H \"Authorization: Bearer $(cat {Quoted(folder.OperatorKeyFile)})\" {call}", "");
        return string.Join(Environment.NewLine, lines);
    }

    /// <summary>As a shell reads it, which would take a path with a space for two.</summary>
    private static string Quoted(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_') ? path : "'" + path.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static string Line(string name, int port, string where) => $"  {name,-8} {(port == 0 ? "off" : where)}";
}
