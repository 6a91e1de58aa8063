namespace M2MCluster.Edge.Coap;

/// <summary>Milliseconds since the start, monotonic; what the message layer counts by.</summary>
internal sealed class CoapClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public long Now => (long)time.GetElapsedTime(_start).TotalMilliseconds;

    public DateTimeOffset UtcNow => time.GetUtcNow();
}
