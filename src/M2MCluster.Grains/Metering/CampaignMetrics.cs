using System.Diagnostics.Metrics;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Metering;
using M2MCluster.Contracts.Reading;

namespace M2MCluster.Grains.Metering;

/// <summary>How campaigns go, counted after the commits that make it true.</summary>
internal sealed class CampaignMetrics : IDisposable
{
    private static readonly string[] Outcomes = [.. Enum.GetValues<Outcome>().Select(outcome => outcome.ToString().ToLowerInvariant())];

    private readonly Meter _meter = new(GrainMeter.Name);
    private readonly Level _dispatching;
    private readonly CounterSet _members;
    private readonly CounterSet _ended;
    private readonly CounterSet _memberOutcomes;
    private readonly CounterSet _aborted;

    public CampaignMetrics()
    {
        _dispatching = new Level(_meter, "m2m.campaigns.dispatching", "{campaign}", "Campaigns whose members are being sent their parts; none that are paused, or wait for the canary's outcomes");
        _members = new CounterSet(_meter, "m2m.campaigns.members", "{member}", "Members dealt with by campaigns: sent their part, or not", ("part", ["sent", "withheld"]));
        _ended = new CounterSet(_meter, "m2m.campaigns.ended", "{campaign}", "Campaigns that ended, by outcome", ("outcome", Outcomes));
        _memberOutcomes = new CounterSet(_meter, "m2m.campaigns.member.outcomes", "{member}", "Members' outcomes of campaigns that ended", ("outcome", Outcomes));
        _aborted = new CounterSet(_meter, "m2m.campaigns.aborted", "{campaign}", "Campaigns that stopped themselves because too many members failed");
    }

    public void Dispatching(int change) => _dispatching.Add(change);

    public void Dispatched(int members, bool withheld) => _members.Add(members, row: withheld ? 1 : 0);

    public void Aborted() => _aborted.Add();

    public void Ended(Outcome outcome) => _ended.Add(row: RowOf(outcome));

    public void MembersEnded(IReadOnlyList<OutcomeCount> counts)
    {
        foreach (var count in counts.Where(count => count.Outcome is not null)) _memberOutcomes.Add(count.Count, row: RowOf(count.Outcome!.Value));
    }

    // Their numbers begin with 1, without gaps.
    private static int RowOf(Outcome outcome) => (int)outcome - 1;

    public void Dispose() => _meter.Dispose();
}
