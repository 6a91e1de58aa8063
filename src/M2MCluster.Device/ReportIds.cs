using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace M2MCluster.Device;

/// <summary>
/// Ids for the reports of one object: 48 bits in 8 characters of base64url, growing with the time and never twice the same from one source. A
/// source made after a restart goes on above the ones before, if the clock does and fewer than 64 reports a millisecond were made. Thread-safe.
/// </summary>
public sealed class ReportIds(TimeProvider time)
{
    private const int CounterBits = 6;
    private static readonly long Epoch = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private long _last;

    public string Next()
    {
        var fresh = (time.GetUtcNow().ToUnixTimeMilliseconds() - Epoch) << CounterBits;
        long last, next;
        do
        {
            last = Volatile.Read(ref _last);
            next = Math.Max(fresh, last + 1);
        }
        while (Interlocked.CompareExchange(ref _last, next, last) != last);
        return Encode(next);
    }

    /// <summary>The id of a number of at most 48 bits, for who counts reports by itself.</summary>
    public static string Encode(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return Encoding.ASCII.GetString(Base64Url.EncodeToUtf8(bytes[2..]));
    }
}
