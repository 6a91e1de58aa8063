using System.Net;
using System.Net.Sockets;
using M2MCluster.Edge.Coap;
using M2MCluster.Edge.Mqtt;

namespace M2MCluster.Host;

/// <summary>
/// Tells before the start which ports are taken, all at once and by the keys that set them: a silo that finds its port taken by another
/// node would try to join that one.
/// </summary>
internal static class PortCheck
{
    public static IEnumerable<string> Failures(NodeOptions node, CoapEdgeOptions coap, MqttEdgeOptions mqtt)
    {
        (string Key, string Address, int Port, ProtocolType Protocol)[] listeners =
        [
            ("M2M:FrontDoor:HttpPort", node.FrontDoor.Address, node.FrontDoor.HttpPort, ProtocolType.Tcp),
            ("M2M:FrontDoor:GrpcPort", node.FrontDoor.Address, node.FrontDoor.GrpcPort, ProtocolType.Tcp),
            ("M2M:Management:Port", node.Management.Address, node.Management.Port, ProtocolType.Tcp),
            (node.Silo.ListenPort is null ? "M2M:Silo:Port" : "M2M:Silo:ListenPort", $"{node.Silo.IP}", node.Silo.ListenPort ?? node.Silo.Port, ProtocolType.Tcp),
            ("M2M:Silo:GatewayPort", $"{node.Silo.IP}", node.Silo.GatewayPort, ProtocolType.Tcp),
            ("M2M:Edge:Mqtt:Port", mqtt.Address, mqtt.IsPlainOpen ? mqtt.Port : 0, ProtocolType.Tcp),
            ("M2M:Edge:Mqtt:SecurePort", mqtt.Address, mqtt.IsSecureOpen ? mqtt.SecurePort : 0, ProtocolType.Tcp),
            ("M2M:Edge:Coap:Port", coap.Address, coap.IsPlainOpen ? coap.Port : 0, ProtocolType.Udp),
        ];
        foreach (var (key, address, port, protocol) in listeners)
        {
            if (port != 0 && IPAddress.TryParse(address, out var ip) && !IsFree(new(ip, port), protocol))
                yield return $"{key}: {(protocol == ProtocolType.Udp ? "UDP" : "TCP")} port {port} on {address} is in use";
        }
    }

    private static bool IsFree(IPEndPoint endpoint, ProtocolType protocol)
    {
        using var socket = new Socket(
            endpoint.AddressFamily, protocol == ProtocolType.Udp ? SocketType.Dgram : SocketType.Stream, protocol);
        try
        {
            socket.Bind(endpoint);
            if (protocol == ProtocolType.Tcp) socket.Listen();
            return true;
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
        catch (SocketException)
        {
            // Not ours to judge: the listener will say what is wrong with the address.
            return true;
        }
    }
}
