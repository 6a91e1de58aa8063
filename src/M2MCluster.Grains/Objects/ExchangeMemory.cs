namespace M2MCluster.Grains.Objects;

/// <summary>
/// The names of the last exchanges in which a report was stored, so that a retransmission across a crash is stored once. Immutable.
/// </summary>
[GenerateSerializer, Immutable, Alias("m2m.ExchangeMemory")]
internal sealed record ExchangeMemory(
    [property: Id(0)] ulong[] Hashes,
    [property: Id(1)] uint[] Seconds,
    [property: Id(2)] int Next)
{
    public const int Capacity = 16;

    public static ExchangeMemory Empty { get; } = new([], [], 0);

    /// <param name="notBefore">Unix seconds: exchanges before are forgotten, since their ids may be in use again.</param>
    public bool Has(ulong hash, uint notBefore)
    {
        for (var at = 0; at < Hashes.Length; at++)
        {
            if (Hashes[at] == hash && Seconds[at] >= notBefore) return true;
        }

        return false;
    }

    /// <summary>The memory with one exchange more, in place of the oldest once it is full.</summary>
    public ExchangeMemory With(ulong hash, uint seconds)
    {
        var length = Math.Max(Hashes.Length, Math.Min(Next + 1, Capacity));
        var hashes = new ulong[length];
        var times = new uint[length];
        Hashes.CopyTo(hashes, 0);
        Seconds.CopyTo(times, 0);
        hashes[Next] = hash;
        times[Next] = seconds;
        return new(hashes, times, (Next + 1) % Capacity);
    }
}
