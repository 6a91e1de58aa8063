using System.Globalization;

namespace M2MCluster.Benchmarks.Rates;

/// <summary>What one contestant did in the measured time.</summary>
/// <param name="Percentiles">Of the sender's wait for its acknowledgement, milliseconds; null where it is not one that waits.</param>
/// <param name="Processor">Microseconds of processor time an uplink, by process.</param>
internal sealed record Measured(string Name, double Rate, (double P50, double P99)? Percentiles, IReadOnlyList<(string Process, double Microseconds)> Processor)
{
    public string Line => string.Create(CultureInfo.InvariantCulture,
        $"{Name,-52} {Rate,8:f0}/s  {(Percentiles is { } p ? $"p50 {p.P50,6:f1} ms  p99 {p.P99,6:f1} ms" : new string(' ', 28))}  {string.Join(" + ", Processor.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Process} {part.Microseconds:f0}")))} us");
}
