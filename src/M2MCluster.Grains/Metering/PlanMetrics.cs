using System.Diagnostics.Metrics;
using M2MCluster.Contracts.Metering;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;

namespace M2MCluster.Grains.Metering;

/// <summary>What the planners of this silo grant and refuse, and how full their slots are. No cell is named: of them the fullest is told. Thread-safe.</summary>
internal sealed class PlanMetrics : IDisposable
{
    private static readonly string[] Results = ["reserved", "full", "granted", "deferred", "displaced"];
    private static readonly KeyValuePair<string, object?>[] Bearers = [.. GrainMeter.Bearers.Select(bearer => KeyValuePair.Create("bearer", (object?)bearer))];
    private static readonly KeyValuePair<string, object?> OfBearer = KeyValuePair.Create("scope", (object?)"bearer");
    private static readonly KeyValuePair<string, object?> OfCell = KeyValuePair.Create("scope", (object?)"fullest_cell");

    private readonly Meter _meter = new(GrainMeter.Name);
    private readonly PlanFill?[] _fills = new PlanFill?[GrainMeter.Bearers.Length];
    private readonly CounterSet _answers;
    private readonly CounterSet _late;
    private readonly Histogram<double> _slack;

    public PlanMetrics()
    {
        _answers = new CounterSet(_meter, "m2m.plan.answers", "{message}", "What planners answered to messages that look for a place or want to leave, by bearer",
            ("bearer", GrainMeter.Bearers), ("result", Results));
        _late = new CounterSet(_meter, "m2m.plan.late", "{message}", "Messages that left after their bound", ("bearer", GrainMeter.Bearers));
        _slack = _meter.CreateHistogram<double>(
            "m2m.plan.lateness", "s", "By how much messages that could wait left after their bound; 0: within it",
            advice: new() { HistogramBucketBoundaries = [0, 1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400] });
        _meter.CreateObservableGauge("m2m.plan.fill", Fills, "{slot}", "How full the current slot is of its budget, of the bearer and of its fullest cell");
        _meter.CreateObservableGauge("m2m.plan.waiting", Waiting, "{message}", "Messages for which a place is held in a slot to come");
    }

    public void Reserved(Bearer bearer, bool hasRoom) => _answers.Add(1, (int)bearer, hasRoom ? 0 : 1);

    public void Granted(Bearer bearer, DateTimeOffset? latest, DateTimeOffset now)
    {
        _answers.Add(1, (int)bearer, 2);
        if (latest is not { } bound) return;
        if (now > bound) _late.Add(1, (int)bearer);
        _slack.Record(now > bound ? (now - bound).TotalSeconds : 0, Bearers[(int)bearer]);
    }

    /// <param name="held">It had a place in this slot, and gave way to what is urgent.</param>
    public void Refused(Bearer bearer, bool held) => _answers.Add(1, (int)bearer, held ? 4 : 3);

    /// <summary>How full it is now; null: this silo plans the bearer no longer.</summary>
    public void Show(Bearer bearer, PlanFill? fill) => Volatile.Write(ref _fills[(int)bearer], fill);

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<double>> Fills()
    {
        for (var bearer = 0; bearer < _fills.Length; bearer++)
        {
            if (Volatile.Read(ref _fills[bearer]) is not { } fill) continue;
            yield return new(fill.Whole, Bearers[bearer], OfBearer);
            yield return new(fill.FullestCell, Bearers[bearer], OfCell);
        }
    }

    private IEnumerable<Measurement<long>> Waiting()
    {
        for (var bearer = 0; bearer < _fills.Length; bearer++)
        {
            if (Volatile.Read(ref _fills[bearer]) is { } fill) yield return new(fill.Waiting, Bearers[bearer]);
        }
    }
}
