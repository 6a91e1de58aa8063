using System.Text;

namespace M2MCluster.Device;

/// <summary>What a device answers to a message or command.</summary>
/// <param name="Ok">Whether it did what was asked.</param>
/// <param name="ContentType">Null where there is no payload.</param>
public sealed record DeviceResult(bool Ok, string? ContentType = null, ReadOnlyMemory<byte> Payload = default)
{
    /// <summary>Done, and nothing to add.</summary>
    public static DeviceResult Done { get; } = new(true);

    /// <summary>Refused, with a reason in words.</summary>
    public static DeviceResult Refused(string reason) => new(false, "text/plain", Encoding.UTF8.GetBytes(reason));
}
