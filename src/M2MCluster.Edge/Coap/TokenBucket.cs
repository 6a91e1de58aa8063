namespace M2MCluster.Edge.Coap;

/// <summary>A rate limit: so many a second, and as many at once. Not thread-safe.</summary>
internal sealed class TokenBucket
{
    private double _used;
    private long _lastAt;

    /// <param name="perSecond">Tokens that come back each second, and the most there are.</param>
    /// <param name="now">Milliseconds.</param>
    public bool TryTake(double perSecond, long now)
    {
        _used = Math.Max(0, _used - ((now - _lastAt) * perSecond / 1000));
        _lastAt = now;
        if (_used + 1 > perSecond) return false;
        _used++;
        return true;
    }
}
