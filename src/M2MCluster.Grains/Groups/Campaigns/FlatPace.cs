namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>
/// How many members may be sent something by now, so that all are within a window, one after the other at the same pace. It follows from the window's beginning, so that a campaign
/// which was interrupted makes up for it and still ends in time.
/// </summary>
internal sealed class FlatPace(DateTimeOffset from, TimeSpan window, int total)
{
    // A step of less than a tenth of a second's worth is not worth its commit.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100);

    /// <summary>How many of all should have been sent something at that time.</summary>
    public int DueAt(DateTimeOffset now) => now < from ? 0 : (int)Math.Min(total, 1 + (long)((now - from) / window * total));

    /// <summary>How long it takes until the next one may be.</summary>
    public TimeSpan WaitAfter(int sent, DateTimeOffset now)
    {
        var wait = from + (window * ((double)sent / total)) - now;
        return wait > ShortestWait ? wait : ShortestWait;
    }
}
