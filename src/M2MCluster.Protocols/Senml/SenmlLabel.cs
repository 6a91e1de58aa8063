namespace M2MCluster.Protocols.Senml;

/// <summary>The labels of RFC 8428 section 4.2 and table 4; the numbers are those of the CBOR form.</summary>
internal enum SenmlLabel
{
    BaseVersion = -1,
    BaseName = -2,
    BaseTime = -3,
    BaseUnit = -4,
    BaseValue = -5,
    BaseSum = -6,
    Name = 0,
    Unit = 1,
    Value = 2,
    StringValue = 3,
    BooleanValue = 4,
    Sum = 5,
    Time = 6,
    UpdateTime = 7,
    DataValue = 8,

    /// <summary>To be ignored (section 4.4).</summary>
    Unknown = 1000,

    /// <summary>Unknown and ending in an underscore: the pack must be refused (section 4.4).</summary>
    MustUnderstand = 1001,
}
