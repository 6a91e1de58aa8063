namespace M2MCluster.Benchmarks.Rates;

[Alias("benchmark.IStockUplinkGrain")]
internal interface IStockUplinkGrain : IGrainWithStringKey
{
    [Alias("Report")] Task Report(byte[] payload);
}
