using System.Diagnostics.Metrics;
using M2MCluster.Contracts.Metering;

namespace M2MCluster.Edge.Sms;

/// <summary>The meter <c>M2MCluster.Edge.Sms</c>.</summary>
internal sealed class SmsMetrics
{
    public const string MeterName = "M2MCluster.Edge.Sms";

    private static readonly string[] Submissions = ["accepted", "throttled", "refused", "unknown", "not-sent", "too-long"];
    private static readonly string[] Takings = ["report", "part", "result", "unreadable", "unknown-number", "not-permitted", "later"];
    private static readonly string[] States = ["delivered", "on-its-way", "expired", "undeliverable", "unknown", "foreign", "early"];

    private readonly Level _sessions;
    private readonly Level _away;
    private readonly CounterSet _submitted;
    private readonly CounterSet _received;
    private readonly CounterSet _receipts;

    public SmsMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _sessions = new Level(meter, "m2m.sms.sessions", "{session}", "Sessions that are bound at an SMSC.");
        _away = new Level(meter, "m2m.sms.away", "{node}", "Nodes that should be bound at an SMSC and are not.");
        _submitted = new CounterSet(meter, "m2m.sms.submitted", "{message}", "Short messages handed to the SMSC, by what it said.", ("result", Submissions));
        _received = new CounterSet(meter, "m2m.sms.received", "{message}", "Short messages of devices and phones, by what became of them.", ("result", Takings));
        _receipts = new CounterSet(meter, "m2m.sms.receipts", "{receipt}", "Delivery receipts, by what they said; foreign: of no message that waits.", ("state", States));
    }

    /// <summary>A node begins (1) or ceases (-1) to want a session.</summary>
    public void Wanted(int change) => _away.Add(change);

    /// <summary>A session begins (1) or ends (-1).</summary>
    public void Bound(int change)
    {
        _sessions.Add(change);
        _away.Add(-change);
    }

    public void Submitted(string result) => _submitted.Add(row: Array.IndexOf(Submissions, result));

    public void Received(string result) => _received.Add(row: Array.IndexOf(Takings, result));

    public void Receipt(string state) => _receipts.Add(row: Array.IndexOf(States, state));
}
