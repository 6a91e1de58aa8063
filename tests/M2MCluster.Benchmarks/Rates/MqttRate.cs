using System.Net;
using HdrHistogram;
using M2MCluster.Cli.Load;

namespace M2MCluster.Benchmarks.Rates;

/// <summary>The load of <c>m2m load --bearer Mqtt</c> against any broker: QoS 1, a connection each device, reports of 100 bytes.</summary>
internal sealed class MqttRate(RateSettings settings, int port, string prefix, Func<int, string> secretOf)
{
    private static readonly TimeSpan ReconnectAfter = TimeSpan.FromMilliseconds(500);

    /// <param name="rate">Offered, a second; 0: as fast as acknowledgements come.</param>
    /// <param name="counted">What counts as done; null: the acknowledgements.</param>
    public async Task<Measured> RunAsync(
        string name, TimeSpan warmUp, (string Name, int Process)[] processes, double rate = 0, Func<long>? counted = null)
    {
        var waits = counted is null;
        var clock = new LoadClock(TimeProvider.System);
        var report = new LoadReport(prefix, settings.PayloadSize);
        var target = new IPEndPoint(IPAddress.Loopback, port);
        var load = new LoadSettings
        {
            Target = target, Bearer = LoadBearer.Mqtt, Devices = settings.Connections, Sockets = 1, Rate = rate, InFlight = settings.InFlight,
            WarmUp = warmUp, Duration = settings.Duration, PayloadSize = settings.PayloadSize, Log = null, Notified = false,
        };
        var lanes = new List<LoadLane>();
        try
        {
            for (var i = 0; i < settings.Connections; i++) lanes.Add(new MqttLoadLane(target, i, secretOf(i), report, clock.Ticks(ReconnectAfter)));
            var engine = new LoadEngine(load, lanes, clock, null, null);
            var running = Task.Factory.StartNew(() => engine.Run(CancellationToken.None), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await Task.WhenAny(running, Task.Delay(warmUp));
            counted ??= () => engine.AcknowledgedCount;
            var meter = new Meter(processes);
            var before = counted();
            await Task.WhenAny(running, Task.Delay(settings.Duration));
            var measured = meter.Read(name, () => counted() - before);
            await running;
            foreach (var (why, count) in engine.Failures) Console.WriteLine($"{name}: {count} failed: {why}");
            if (!waits || engine.Latencies.TotalCount == 0) return measured;
            var latencies = Latency.Correct(engine.Latencies, (long)Math.Max(1, settings.InFlight / measured.Rate * 1_000_000));
            return measured with { Percentiles = (Milliseconds(latencies, 50), Milliseconds(latencies, 99)) };
        }
        finally
        {
            foreach (var lane in lanes) lane.Dispose();
        }
    }

    private static double Milliseconds(HistogramBase histogram, double percentile) => histogram.GetValueAtPercentile(percentile) / 1000.0;
}
