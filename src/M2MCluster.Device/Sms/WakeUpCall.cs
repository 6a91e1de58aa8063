using System.Buffers.Binary;
using System.Globalization;

namespace M2MCluster.Device.Sms;

/// <summary>A wake-up as a device's modem gets it: an 8-bit short message of <c>WAKE</c> and the id of the message that waits, 8 bytes, most significant first.</summary>
public static class WakeUpCall
{
    private static ReadOnlySpan<byte> Trigger => "WAKE"u8;

    /// <summary>The id of the message to connect and fetch for, 16 lower-case hexadecimal digits; null if the short message is no wake-up.</summary>
    public static string? Read(ReadOnlySpan<byte> data) => data.Length == Trigger.Length + sizeof(ulong) && data.StartsWith(Trigger)
        ? BinaryPrimitives.ReadUInt64BigEndian(data[Trigger.Length..]).ToString("x16", CultureInfo.InvariantCulture)
        : null;
}
