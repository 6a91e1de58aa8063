using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace M2MCluster.Contracts.Objects;

/// <summary>A CoAP group address as it is written: an IP multicast address with a port, <c>239.1.2.3:5683</c> or <c>[ff05::1234]:5683</c>.</summary>
public static class GroupAddress
{
    public static bool TryParse(string? text, [NotNullWhen(true)] out IPEndPoint? address) =>
        IPEndPoint.TryParse(text ?? "", out address) && address.Port != 0 && IsMulticast(address.Address);

    private static bool IsMulticast(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? address.GetAddressBytes()[0] is >= 224 and <= 239 : address.IsIPv6Multicast;
}
