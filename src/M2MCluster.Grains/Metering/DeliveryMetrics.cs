using System.Diagnostics.Metrics;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Metering;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Metering;

/// <summary>What becomes of messages, counted after the commit that makes it true.</summary>
internal sealed class DeliveryMetrics : IDisposable
{
    private static readonly string[] Results = ["sent", "acknowledged", "answered", "lost", "busy", "unheard", "fetched", "abandoned", "stored", "undeliverable"];
    private static readonly KeyValuePair<string, object?>[] Outcomes =
        [.. Enumerable.Range(0, (int)Outcome.Unknown + 1).Select(number => KeyValuePair.Create("outcome", (object?)((Outcome)number).ToString().ToLowerInvariant()))];

    private readonly Meter _meter = new(GrainMeter.Name);
    private readonly CounterSet _accepted;
    private readonly CounterSet _attempts;
    private readonly Histogram<double> _duration;

    public DeliveryMetrics(MailboxWatch mailboxes)
    {
        _accepted = new CounterSet(_meter, "m2m.messages.accepted", "{message}", "Messages accepted, each member's part of a group's counted", ("target", ["object", "group", "application"]));
        _attempts = new CounterSet(_meter, "m2m.delivery.attempts", "{attempt}", "Attempts to hand a message over, by bearer and how they came out",
            ("bearer", GrainMeter.Bearers), ("result", Results));
        _duration = _meter.CreateHistogram<double>(
            "m2m.messages.duration", "s", "Time from a message's acceptance to its outcome",
            advice: new() { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400, 604_800] });
        _meter.CreateObservableGauge("m2m.mailbox.stuck", mailboxes.CountStuck, "{object}", "Objects within reach whose oldest message waits for longer than it should");
        _meter.CreateObservableGauge("m2m.mailbox.oldest", mailboxes.Oldest, "s", "Longest time for which a message waits of an object that is within reach");
    }

    /// <summary>Made with these, so that they are there, at zero, before the first campaign.</summary>
    public CampaignMetrics Campaigns { get; } = new();

    public void Accepted() => _accepted.Add();

    public void AcceptedForGroup(int members) => _accepted.Add(members, row: 1);

    public void AcceptedForApplication() => _accepted.Add(1, row: 2);

    public void Ended(MessageRecord message)
    {
        if (message is { EndedAt: { } endedAt, Outcome: { } outcome }) _duration.Record((endedAt - message.AcceptedAt).TotalSeconds, Outcomes[(int)outcome]);
    }

    public void Attempted(Bearer bearer, AttemptResult result) => _attempts.Add(1, (int)bearer, (int)result);

    public void Dispose()
    {
        _meter.Dispose();
        Campaigns.Dispose();
    }
}
