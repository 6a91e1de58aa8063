namespace M2MCluster.Protocols.Senml;

/// <summary>Resolves the records of a pack (RFC 8428 section 4.6): whole names, absolute times, base values added, no base fields.</summary>
public static class SenmlResolver
{
    /// <summary>The version that this platform reads (section 4.4); a pack of a later one is invalid.</summary>
    public const int Version = 10;

    // Section 4.5.3: values below 2^28 are relative to now.
    private const double AbsoluteFrom = 1 << 28;

    /// <summary>The resolved records in their order; records of base fields alone set the base and do not appear.</summary>
    /// <param name="records">As they were read.</param>
    /// <param name="now">Seconds since 1970-01-01 UTC.</param>
    public static Decoded<IReadOnlyList<SenmlRecord>> Resolve(IReadOnlyList<SenmlRecord> records, double now)
    {
        ArgumentNullException.ThrowIfNull(records);
        var resolved = new List<SenmlRecord>(records.Count);
        var @base = new SenmlRecord();
        foreach (var record in records)
        {
            if (record.BaseVersion > Version) return Invalid("a later version");
            @base.BaseName = record.BaseName ?? @base.BaseName;
            @base.BaseTime = record.BaseTime ?? @base.BaseTime;
            @base.BaseUnit = record.BaseUnit ?? @base.BaseUnit;
            @base.BaseValue = record.BaseValue ?? @base.BaseValue;
            @base.BaseSum = record.BaseSum ?? @base.BaseSum;
            if (record.ValueCount > 1) return Invalid("more than one value in a record");
            if (record.ValueCount == 0 && record.Sum is null)
            {
                if (record.HasBase && record.Name is null) continue;
                return Invalid("a record without a value");
            }

            var name = @base.BaseName + record.Name;
            if (!IsName(name)) return Invalid("a name that is empty or has other characters than letters, digits and -:./_");
            var time = (@base.BaseTime ?? 0) + (record.Time ?? 0);
            resolved.Add(new SenmlRecord
            {
                Name = name,
                Unit = record.Unit ?? @base.BaseUnit,
                Value = record.Value + (@base.BaseValue ?? 0),
                StringValue = record.StringValue,
                BooleanValue = record.BooleanValue,
                DataValue = record.DataValue,
                Sum = record.Sum + (@base.BaseSum ?? 0),
                Time = time < AbsoluteFrom ? now + time : time,
                UpdateTime = record.UpdateTime,
            });
        }

        return resolved;
    }

    // Section 4.5.1.
    private static bool IsName(string name)
    {
        if (name.Length == 0 || !char.IsAsciiLetterOrDigit(name[0])) return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or ':' or '.' or '/' or '_')) return false;
        }

        return true;
    }

    private static Decoded<IReadOnlyList<SenmlRecord>> Invalid(string reason) => Decoded<IReadOnlyList<SenmlRecord>>.Invalid(reason);
}
