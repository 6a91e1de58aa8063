using System.Net;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Qos;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Qos;

/// <summary>By what networks know objects.</summary>
internal static class QosDevices
{
    /// <summary>The object's number, else the address at which it registered; null: neither is known.</summary>
    public static QosDevice? Of(ObjectDescription description)
    {
        if (SmsWay.NumberOf(description) is { } number) return new(number, null, null);
        // A gateway speaks for the object by an address of its own, and from there its own network begins.
        return description.Gateway is null && description.Registration is { Address.Length: > 0 } registration && IPEndPoint.TryParse(registration.Address, out var endpoint)
            ? new(null, endpoint.Address.IsIPv4MappedToIPv6 ? endpoint.Address.MapToIPv4().ToString() : endpoint.Address.ToString(), endpoint.Port)
            : null;
    }
}
