namespace M2MCluster.Protocols.Senml;

/// <summary>
/// A SenML record as it stands in a pack (RFC 8428 section 4), or resolved: then the base fields are null, the name is the whole name
/// and the time is absolute. Times are seconds since 1970-01-01 UTC.
/// </summary>
public sealed record SenmlRecord
{
    /// <summary>bn</summary>
    public string? BaseName { get; set; }

    /// <summary>bt</summary>
    public double? BaseTime { get; set; }

    /// <summary>bu</summary>
    public string? BaseUnit { get; set; }

    /// <summary>bv</summary>
    public double? BaseValue { get; set; }

    /// <summary>bs</summary>
    public double? BaseSum { get; set; }

    /// <summary>bver</summary>
    public int? BaseVersion { get; set; }

    /// <summary>n</summary>
    public string? Name { get; set; }

    /// <summary>u</summary>
    public string? Unit { get; set; }

    /// <summary>v, finite.</summary>
    public double? Value { get; set; }

    /// <summary>vs</summary>
    public string? StringValue { get; set; }

    /// <summary>vb</summary>
    public bool? BooleanValue { get; set; }

    /// <summary>vd; base64url without padding in JSON.</summary>
    public ReadOnlyMemory<byte>? DataValue { get; set; }

    /// <summary>s, finite.</summary>
    public double? Sum { get; set; }

    /// <summary>t; below 2^28 relative to the time of resolving, unless resolved.</summary>
    public double? Time { get; set; }

    /// <summary>ut, seconds.</summary>
    public double? UpdateTime { get; set; }

    internal bool HasBase => BaseName is not null || BaseTime is not null || BaseUnit is not null || BaseValue is not null || BaseSum is not null || BaseVersion is not null;

    internal int ValueCount => (Value is null ? 0 : 1) + (StringValue is null ? 0 : 1) + (BooleanValue is null ? 0 : 1) + (DataValue is null ? 0 : 1);
}
