namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>How many more members may be sent something now, by a cap of so many a second.</summary>
/// <param name="rate">0: there is no cap.</param>
internal sealed class RateAllowance(TimeProvider time, int rate)
{
    // A step of fewer than a tenth of a second's worth is not worth its commit.
    private const double Steps = 10;

    private double _saved = Math.Max(1, rate / Steps);
    private long _since = time.GetTimestamp();

    /// <summary>How long it takes until there is something to take.</summary>
    public TimeSpan Wait => TimeSpan.FromSeconds(Math.Max(1 / Steps, (1 - _saved) / Math.Max(1, rate)));

    public int Take(int most)
    {
        if (rate == 0) return most;
        var now = time.GetTimestamp();
        _saved = Math.Min(Math.Max(1, rate), _saved + (rate * time.GetElapsedTime(_since, now).TotalSeconds));
        _since = now;
        var taken = Math.Min(most, (int)_saved);
        // What is left of less than a step's worth waits for more, unless it is all that is wanted.
        if (taken < most && taken < (int)(rate / Steps)) return 0;
        _saved -= taken;
        return taken;
    }

    public void Return(int count) => _saved += count;
}
