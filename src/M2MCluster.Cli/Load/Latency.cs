using HdrHistogram;

namespace M2MCluster.Cli.Load;

/// <summary>Histograms of microseconds, three digits exact, up to ten minutes.</summary>
internal static class Latency
{
    private const long Highest = 600_000_000;

    public static LongHistogram NewHistogram() => new(Highest, 3);

    /// <summary>
    /// With the samples that a closed loop left out while it waited: one for each interval that an answer took longer (coordinated omission).
    /// </summary>
    public static LongHistogram Correct(LongHistogram measured, long interval)
    {
        var corrected = NewHistogram();
        foreach (var bucket in measured.RecordedValues())
        {
            for (var value = bucket.ValueIteratedTo; value >= interval || value == bucket.ValueIteratedTo; value -= interval)
            {
                corrected.RecordValueWithCount(value, bucket.CountAtValueIteratedTo);
            }
        }

        return corrected;
    }

    public static long Bounded(long microseconds) => Math.Clamp(microseconds, 1, Highest);
}
