using System.Net;
using System.Net.Sockets;
using M2MCluster.FrontDoor.Requests;
using Microsoft.Extensions.Options;

namespace M2MCluster.FrontDoor.Webhooks;

/// <summary>
/// Where webhooks may lead. Addresses are judged when the connection is made, after the name is resolved, so that a name cannot change
/// its meaning between the check and the use.
/// </summary>
internal sealed class WebhookTargets(IOptions<FrontDoorOptions> options)
{
    private const int MaxLength = 2048;

    private static readonly IPNetwork[] NotPublic =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("224.0.0.0/3"), IPNetwork.Parse("::/96"), IPNetwork.Parse("64:ff9b::/96"),
        IPNetwork.Parse("2002::/16"), IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("fec0::/10"), IPNetwork.Parse("ff00::/8"),
    ];

    private bool AllowsPrivate => options.Value.Webhooks.AllowPrivateAddresses ?? options.Value.OnLoopback;

    /// <summary>Reads what a caller gave; null after noting the problem.</summary>
    public Uri? Read(string text, string field, Problems problems)
    {
        if (text.Length > MaxLength || !Uri.TryCreate(text, UriKind.Absolute, out var target) || target.Scheme is not ("http" or "https") || target.UserInfo.Length > 0)
        {
            problems.Add(field, $"is an http or https URL without user and password, up to {MaxLength} characters");
            return null;
        }

        if (!IPAddress.TryParse(target.IdnHost, out var address) || Allows(address)) return target;
        problems.Add(field, "leads to an address that is not public");
        return null;
    }

    public bool Allows(IPAddress address)
    {
        if (AllowsPrivate) return true;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !NotPublic.Any(network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }

    /// <summary>Connects to an allowed address of the host.</summary>
    /// <exception cref="HttpRequestException">It has none.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation);
        var allowed = addresses.Where(Allows).ToArray();
        if (allowed.Length == 0) throw new HttpRequestException("The host has no address that webhooks may lead to.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
