namespace M2MCluster.Protocols.Senml;

/// <summary>The labels' text form.</summary>
internal static class SenmlLabels
{
    public static SenmlLabel Parse(ReadOnlySpan<byte> name)
    {
        if (name.Length == 1)
        {
            return name[0] switch
            {
                (byte)'n' => SenmlLabel.Name,
                (byte)'u' => SenmlLabel.Unit,
                (byte)'v' => SenmlLabel.Value,
                (byte)'s' => SenmlLabel.Sum,
                (byte)'t' => SenmlLabel.Time,
                (byte)'_' => SenmlLabel.MustUnderstand,
                _ => SenmlLabel.Unknown,
            };
        }

        if (name.SequenceEqual("bn"u8)) return SenmlLabel.BaseName;
        if (name.SequenceEqual("bt"u8)) return SenmlLabel.BaseTime;
        if (name.SequenceEqual("bu"u8)) return SenmlLabel.BaseUnit;
        if (name.SequenceEqual("bv"u8)) return SenmlLabel.BaseValue;
        if (name.SequenceEqual("bs"u8)) return SenmlLabel.BaseSum;
        if (name.SequenceEqual("bver"u8)) return SenmlLabel.BaseVersion;
        if (name.SequenceEqual("vs"u8)) return SenmlLabel.StringValue;
        if (name.SequenceEqual("vb"u8)) return SenmlLabel.BooleanValue;
        if (name.SequenceEqual("vd"u8)) return SenmlLabel.DataValue;
        if (name.SequenceEqual("ut"u8)) return SenmlLabel.UpdateTime;
        return name.EndsWith("_"u8) ? SenmlLabel.MustUnderstand : SenmlLabel.Unknown;
    }
}
