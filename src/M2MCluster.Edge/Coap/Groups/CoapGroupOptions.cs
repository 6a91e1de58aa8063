using System.Net;
using M2MCluster.Contracts.Objects;

namespace M2MCluster.Edge.Coap.Groups;

/// <summary>A CoAP group address (RFC 7252 section 8) that may be sent to, <c>M2M:Edge:Coap:Groups:0</c> and on.</summary>
public sealed class CoapGroupOptions
{
    /// <summary>A multicast address with a port, <c>239.1.2.3:5683</c> or <c>[ff05::1234]:5683</c>.</summary>
    public string Address { get; set; } = "";

    /// <summary>The address of this machine from whose interface it is sent, and to which is answered; empty: the edge's.</summary>
    public string Interface { get; set; } = "";

    /// <summary>Whose address it is: gateways and groups, <c>objects/gw-1</c>, <c>groups/floor-3</c>, with <c>*</c> at the end for all that begin so. Nobody else can have it used.</summary>
    public IList<string> For { get; } = [];

    /// <summary>Links that a datagram passes at most (IP_MULTICAST_TTL), 1–255; default 1: it stays on its own.</summary>
    public int Hops { get; set; } = 1;

    internal bool Permits(string owner) =>
        For.Any(pattern => pattern.EndsWith('*') ? owner.StartsWith(pattern[..^1], StringComparison.Ordinal) : owner == pattern);

    internal IPAddress InterfaceOr(string edge) => IPAddress.Parse(Interface.Length > 0 ? Interface : edge);

    internal IEnumerable<string> Failures(string key, string edge, bool allowPlain)
    {
        var isGroup = GroupAddress.TryParse(Address, out var group);
        if (!isGroup) yield return $"{key}:Address must be a multicast address with a port, as 239.1.2.3:5683.";
        if (!IPAddress.TryParse(Interface.Length > 0 ? Interface : edge, out var from) || IPAddress.Any.Equals(from) || IPAddress.IPv6Any.Equals(from))
            yield return $"{key}:Interface must be an address of this machine.";
        else if (isGroup && from.AddressFamily != group!.AddressFamily) yield return $"{key}:Interface must be of the same IP version as Address.";
        else if (!allowPlain && !IPAddress.IsLoopback(from)) yield return $"{key}: plain CoAP beyond loopback needs M2M:Edge:Coap:AllowPlain.";
        if (For.Count == 0) yield return $"{key}:For must name at least one gateway or group.";
        if (For.Any(owner => !owner.StartsWith("objects/", StringComparison.Ordinal) && !owner.StartsWith("groups/", StringComparison.Ordinal)))
            yield return $"{key}:For must hold names like objects/gw-1 or groups/floor-3.";
        if (Hops is not (>= 1 and <= 255)) yield return $"{key}:Hops must be 1 to 255.";
    }
}
