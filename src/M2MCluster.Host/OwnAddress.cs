using System.Net;

namespace M2MCluster.Host;

/// <summary>Where a listener is reached from its own machine.</summary>
internal static class OwnAddress
{
    /// <summary>The address itself, and loopback for one that stands for all (0.0.0.0, ::), to which nobody can connect.</summary>
    /// <param name="listener">An IP address.</param>
    public static IPAddress Of(string listener)
    {
        var address = IPAddress.Parse(listener);
        return address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address;
    }
}
