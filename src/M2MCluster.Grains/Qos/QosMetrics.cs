using System.Diagnostics.Metrics;
using M2MCluster.Contracts.Metering;
using M2MCluster.Contracts.Qos;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Metering;

namespace M2MCluster.Grains.Qos;

/// <summary>What is asked of networks, and what is got.</summary>
internal sealed class QosMetrics : IDisposable
{
    private static readonly string[] Changes = ["asking", "granted", "refused", "revoked", "unavailable", "ended"];
    private static readonly string[] Answers = ["silent", "requested", "available", "unavailable", "refused", "profile_refused", "gone"];

    private readonly Meter _meter = new(GrainMeter.Name);
    private readonly CounterSet _asked;
    private readonly CounterSet _changes;
    private readonly CounterSet _answers;
    private readonly long[] _flows = new long[GrainMeter.Bearers.Length];
    private readonly long[] _bandwidth = new long[GrainMeter.Bearers.Length];

    public QosMetrics()
    {
        _asked = new CounterSet(
            _meter, "m2m.qos.decisions", "{flow}", "What messages and flows that asked for a quality of service got of the capacity", ("bearer", GrainMeter.Bearers), ("result", ["whole", "degraded", "none"]));
        _changes = new CounterSet(
            _meter, "m2m.qos.changes", "{change}", "Changes of quality of service that applications were told of", ("bearer", GrainMeter.Bearers), ("change", Changes));
        _answers = new CounterSet(_meter, "m2m.qos.answers", "{answer}", "Answers of networks to requests for quality of service", ("bearer", GrainMeter.Bearers), ("answer", Answers));
        _meter.CreateObservableGauge("m2m.qos.flows", () => Observe(_flows), "{flow}", "Objects that have, or are asked, a session of quality of service");
        _meter.CreateObservableGauge("m2m.qos.bandwidth", () => Observe(_bandwidth), "{bit}", "Bits a second that sessions of quality of service hold");
    }

    /// <param name="whole">Null: it got nothing.</param>
    public void Decided(Bearer bearer, bool? whole) => _asked.Add(1, (int)bearer, whole switch { true => 0, false => 1, null => 2 });

    public void Told(Bearer bearer, QosStatus status) => _changes.Add(1, (int)bearer, (int)status);

    public void Answered(Bearer bearer, QosAnswerKind kind) => _answers.Add(1, (int)bearer, (int)kind);

    public void Holds(Bearer bearer, int flows, long bandwidth)
    {
        Volatile.Write(ref _flows[(int)bearer], flows);
        Volatile.Write(ref _bandwidth[(int)bearer], bandwidth);
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Observe(long[] values) =>
        values.Select((_, i) => new Measurement<long>(Volatile.Read(ref values[i]), new KeyValuePair<string, object?>("bearer", GrainMeter.Bearers[i])));
}
