namespace M2MCluster.Protocols.Coap;

/// <summary>The order of notifications (RFC 7641 section 3.4).</summary>
public static class CoapObserve
{
    public const uint Register = 0;
    public const uint Deregister = 1;
    public const uint SequenceMask = 0xFF_FFFF;

    private const long FreshAfterMilliseconds = 128_000;

    /// <summary>Whether a notification is newer than the newest one seen: by the 24-bit sequence number, or by 128 s gone by.</summary>
    /// <param name="seen">The sequence number seen.</param>
    /// <param name="seenAt">Its time of arrival in milliseconds of any clock.</param>
    /// <param name="sequence">The sequence number that came.</param>
    /// <param name="now">The time it came, by the same clock.</param>
    public static bool IsNewer(uint seen, long seenAt, uint sequence, long now) =>
        (seen < sequence && sequence - seen < 1 << 23)
        || (seen > sequence && seen - sequence > 1 << 23)
        || now > seenAt + FreshAfterMilliseconds;
}
