using System.Diagnostics.Metrics;

namespace M2MCluster.Edge.Admission;

/// <summary>What the admission control counts; the meter <c>M2MCluster.Edge</c>.</summary>
internal sealed class AdmissionMetrics
{
    public const string MeterName = "M2MCluster.Edge";

    private static readonly KeyValuePair<string, object?> Known = new("peer", "known");
    private static readonly KeyValuePair<string, object?> Newcomer = new("peer", "newcomer");

    private readonly Meter _meter;
    private readonly Counter<long> _turnedAway;

    public AdmissionMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _turnedAway = _meter.CreateCounter<long>("m2m.edge.turned_away", "{request}", "Requests and connections that were told to come later, by peer");
    }

    public void Observe(Func<int> inFlight, Func<int> limit)
    {
        _meter.CreateObservableGauge("m2m.edge.in_flight", inFlight, "{request}", "Requests of devices that are being handled");
        _meter.CreateObservableGauge("m2m.edge.limit", limit, "{request}", "Requests of devices that are handled at once at most, as measured");
    }

    public void TurnedAway(bool isKnown) => _turnedAway.Add(1, isKnown ? Known : Newcomer);
}
