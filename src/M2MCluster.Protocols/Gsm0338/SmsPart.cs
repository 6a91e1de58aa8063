namespace M2MCluster.Protocols.Gsm0338;

/// <summary>Where one short message stands in a longer one.</summary>
/// <param name="Reference">Common to all parts; 8 or 16 bits.</param>
/// <param name="Total">2 to 255.</param>
/// <param name="Number">1 to <paramref name="Total"/>.</param>
public readonly record struct SmsPart(ushort Reference, byte Total, byte Number)
{
    public bool IsValid => Total > 1 && Number >= 1 && Number <= Total;
}
