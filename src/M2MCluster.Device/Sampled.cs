using M2MCluster.Protocols.Senml;

namespace M2MCluster.Device;

/// <summary>What was sampled at an instant that many share, and may be reported later.</summary>
public static class Sampled
{
    /// <summary>The records as of that instant, by a base time (RFC 8428 section 4.1); as they are, where they tell times of their own.</summary>
    public static IReadOnlyList<SenmlRecord> At(DateTimeOffset instant, IReadOnlyList<SenmlRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        if (records.Count == 0 || records.Any(record => record.Time is not null || record.BaseTime is not null)) return records;
        return [records[0] with { BaseTime = (instant - DateTimeOffset.UnixEpoch).TotalSeconds }, .. records.Skip(1)];
    }
}
