namespace M2MCluster.Benchmarks.Rates;

/// <summary>A body of so many bytes, as a state of its own.</summary>
[GenerateSerializer, Alias("benchmark.StockState")]
internal sealed class StockState
{
    [Id(0)] public byte[] Body { get; set; } = [];

    [Id(1)] public long Count { get; set; }
}
