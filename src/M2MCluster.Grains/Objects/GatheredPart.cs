namespace M2MCluster.Grains.Objects;

/// <summary>A part of a longer message whose others have not all come.</summary>
/// <param name="At">Unix milliseconds.</param>
[GenerateSerializer, Immutable, Alias("m2m.GatheredPart")]
internal sealed record GatheredPart(
    [property: Id(0)] string Gathering,
    [property: Id(1)] int Number,
    [property: Id(2)] long At,
    [property: Id(3)] byte[] Payload)
{
    /// <summary>Not a part: all were reported.</summary>
    public bool IsDone => Number == 0;

    public static GatheredPart Done(string gathering, long at) => new(gathering, 0, at, []);
}
