using System.Diagnostics.Metrics;
using M2MCluster.Contracts.Metering;

namespace M2MCluster.Edge.Admission;

/// <summary>What the admission control counts; the meter <c>M2MCluster.Edge</c>.</summary>
internal sealed class AdmissionMetrics
{
    public const string MeterName = "M2MCluster.Edge";

    private readonly Meter _meter;
    private readonly CounterSet _turnedAway;

    public AdmissionMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _turnedAway = new CounterSet(_meter, "m2m.edge.turned_away", "{request}", "Requests and connections that were told to come later, by peer", ("peer", ["known", "newcomer"]));
    }

    public void Observe(Func<int> inFlight, Func<int> limit)
    {
        _meter.CreateObservableGauge("m2m.edge.in_flight", inFlight, "{request}", "Requests of devices that are being handled");
        _meter.CreateObservableGauge("m2m.edge.limit", limit, "{request}", "Requests of devices that are handled at once at most, as measured");
    }

    public void TurnedAway(bool isKnown) => _turnedAway.Add(row: isKnown ? 0 : 1);
}
