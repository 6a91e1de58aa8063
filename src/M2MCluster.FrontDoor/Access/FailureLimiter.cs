using System.Net;
using System.Net.Sockets;

namespace M2MCluster.FrontDoor.Access;

/// <summary>
/// Bounds how often one source may show keys that turn out unknown, each of which costs a look-up in storage: 50 at once, then one a
/// second. A source is an IPv4 address or an IPv6 /64. Keys that are known pass regardless.
/// </summary>
internal sealed class FailureLimiter(TimeProvider time)
{
    public const int Burst = 50;
    private const int MaxSources = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, (double Failures, long At)> _sources = [];

    public bool Allows(IPAddress? from)
    {
        lock (_gate) return Now(SourceOf(from)) <= Burst - 1;
    }

    public void Failed(IPAddress? from)
    {
        lock (_gate)
        {
            var source = SourceOf(from);
            if (_sources.Count >= MaxSources && !_sources.ContainsKey(source))
            {
                foreach (var known in _sources.Keys.Where(known => Now(known) <= 0).ToList()) _sources.Remove(known);
                // All are busy failing: those that come on top share one allowance.
                if (_sources.Count >= MaxSources) source = IPAddress.None;
            }

            _sources[source] = (Now(source) + 1, time.GetTimestamp());
        }
    }

    private double Now(IPAddress source) => _sources.TryGetValue(source, out var entry)
        ? Math.Max(0, entry.Failures - time.GetElapsedTime(entry.At).TotalSeconds)
        : 0;

    private static IPAddress SourceOf(IPAddress? from)
    {
        if (from is null) return IPAddress.None;
        if (from.IsIPv4MappedToIPv6) return from.MapToIPv4();
        if (from.AddressFamily != AddressFamily.InterNetworkV6) return from;
        var bytes = from.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
