namespace M2MCluster.System.Tests.Planning;

/// <summary>The clock of a device: set wrong, and too fast or too slow. What it is asked to wait for takes as long as on the machine.</summary>
internal sealed class WrongClock(TimeSpan off, double rate) : TimeProvider
{
    private readonly long _start = System.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + off + (System.GetElapsedTime(_start) * rate);

    public override long GetTimestamp()
    {
        var now = System.GetTimestamp();
        return now + (long)((now - _start) * rate);
    }
}
