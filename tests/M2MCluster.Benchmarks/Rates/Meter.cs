using System.Diagnostics;

namespace M2MCluster.Benchmarks.Rates;

/// <summary>Wall clock and processor time of some processes between two moments.</summary>
internal sealed class Meter
{
    private readonly (string Name, int Process)[] _processes;
    private readonly TimeSpan[] _before;
    private readonly long _start;

    public Meter(params (string Name, int Process)[] processes)
    {
        _processes = processes;
        _before = [.. processes.Select(process => ProcessorTime.Of(process.Process))];
        _start = Stopwatch.GetTimestamp();
    }

    public Measured Read(string name, Func<double> count, Func<(double P50, double P99)>? percentiles = null)
    {
        var elapsed = Stopwatch.GetElapsedTime(_start);
        var items = Math.Max(1, count());
        var used = _processes.Select(process => ProcessorTime.Of(process.Process)).ToArray();
        return new(name, items / elapsed.TotalSeconds, percentiles?.Invoke(), [.. _processes.Select((process, i) => (process.Name, (used[i] - _before[i]).TotalMicroseconds / items))]);
    }
}
