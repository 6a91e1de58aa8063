using System.Diagnostics.Metrics;
using M2MCluster.Contracts.Metering;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Metering;

/// <summary>What comes from objects, counted where it is decided.</summary>
internal sealed class FleetMetrics : IDisposable
{
    private static readonly string[] States = ["unknown", "reachable", "awake", "asleep", "overdue", "unreachable", "suspended"];

    private readonly Meter _meter = new(GrainMeter.Name);
    private readonly CounterSet _reports;
    private readonly CounterSet _arrivals;
    private readonly CounterSet _transitions;

    public FleetMetrics()
    {
        _reports = new CounterSet(_meter, "m2m.fleet.reports", "{report}", "Reports, by bearer and what became of them",
            ("bearer", GrainMeter.Bearers), ("result", ["stored", "repeated", "refused"]));
        _arrivals = new CounterSet(_meter, "m2m.fleet.arrivals", "{session}", "Registrations and sessions that began, by bearer", ("bearer", GrainMeter.Bearers));
        _transitions = new CounterSet(_meter, "m2m.fleet.transitions", "{object}", "Changes of an object's reachability, by what it was and what it is",
            ("from", States), ("to", States));
    }

    public void Stored(Bearer bearer, int count) => _reports.Add(count, (int)bearer, 0);

    public void Repeated(Bearer bearer, int count) => _reports.Add(count, (int)bearer, 1);

    public void Refused(Bearer bearer) => _reports.Add(1, (int)bearer, 2);

    public void Arrived(Bearer bearer) => _arrivals.Add(row: (int)bearer);

    public void Changed(Reachability from, Reachability to) => _transitions.Add(1, (int)from, (int)to);

    public void Dispose() => _meter.Dispose();
}
