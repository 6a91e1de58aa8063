using M2MCluster.Api.V1;
using Outcome = M2MCluster.Api.V1.Message.Types.Outcome;

namespace M2MCluster.Cli.Fleet;

/// <summary>What devices and application say of the same reports and messages, and where they disagree. Thread-safe.</summary>
internal sealed class Balance
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ReportKey, ReportAccount> _reports = [];
    private readonly Dictionary<string, MessageAccount> _messages = [];
    private readonly HashSet<string> _events = [];
    private long _redelivered;

    public void ReportSent(ReportKey report)
    {
        lock (_lock) Account(report);
    }

    public void ReportAcknowledged(ReportKey report)
    {
        lock (_lock) Account(report).Acknowledged = true;
    }

    public void ReportOnDisk(ReportKey report)
    {
        lock (_lock) Account(report).OnDisk++;
    }

    public void MessageAccepted(string id)
    {
        lock (_lock) Account(id).Accepted = true;
    }

    public void MessageReceived(string id)
    {
        lock (_lock) Account(id).Received++;
    }

    /// <summary>An event of the application's feed; one that was seen before is counted as redelivered and changes nothing else.</summary>
    public void Take(Event happened)
    {
        var report = FeedData.ReportOf(happened);
        var outcome = FeedData.OutcomeOf(happened);
        lock (_lock)
        {
            if (!_events.Add(happened.Id)) _redelivered++;
            else if (report is { } key) Account(key).InFeed++;
            else if (outcome is { } ended) Account(ended.Message).Outcomes.Add(ended.Outcome);
        }
    }

    /// <summary>Whether everything acknowledged or accepted has come through the feed.</summary>
    public bool IsSettled
    {
        get
        {
            lock (_lock)
            {
                return _reports.Values.All(report => !report.Acknowledged || report.InFeed > 0)
                    && _messages.Values.All(message => !message.Accepted || message.Outcomes.Count > 0);
            }
        }
    }

    /// <summary>The sums, and what is wrong.</summary>
    /// <param name="withDisk">Whether the reports on disk were counted, and must be there once.</param>
    public BalanceSheet Draw(bool withDisk)
    {
        lock (_lock)
        {
            var wrong = new List<string>();
            foreach (var (key, report) in _reports)
            {
                var name = $"report {key.Sequence} of {key.ObjectId}";
                if (report.Acknowledged && report.InFeed == 0) wrong.Add($"{name}: acknowledged, and not in the feed");
                if (report.InFeed > 1) wrong.Add($"{name}: {report.InFeed} times in the feed");
                if (withDisk && report.Acknowledged && report.OnDisk == 0) wrong.Add($"{name}: acknowledged, and not on disk");
                if (withDisk && report.OnDisk > 1) wrong.Add($"{name}: {report.OnDisk} times on disk");
            }

            foreach (var (id, message) in _messages)
            {
                if (!message.Accepted) continue;
                if (message.Outcomes.Count != 1) wrong.Add($"message {id}: {message.Outcomes.Count} outcomes");
                if (message.Received > 1) wrong.Add($"message {id}: acted upon {message.Received} times");
                if (message.Outcomes.Contains(Outcome.Applied) && message.Received == 0) wrong.Add($"message {id}: applied, and never received");
            }

            return new BalanceSheet(
                _reports.Count,
                _reports.Values.Count(report => report.Acknowledged),
                _reports.Values.Count(report => report.InFeed > 0),
                withDisk ? _reports.Values.Sum(report => report.OnDisk) : null,
                _messages.Values.Count(message => message.Accepted),
                _messages.Values.SelectMany(message => message.Outcomes).GroupBy(outcome => outcome).ToDictionary(group => group.Key, group => group.Count()),
                _redelivered,
                wrong);
        }
    }

    private ReportAccount Account(ReportKey key)
    {
        if (!_reports.TryGetValue(key, out var account)) _reports.Add(key, account = new());
        return account;
    }

    private MessageAccount Account(string id)
    {
        if (!_messages.TryGetValue(id, out var account)) _messages.Add(id, account = new());
        return account;
    }

    private sealed class ReportAccount
    {
        public bool Acknowledged { get; set; }

        public int InFeed { get; set; }

        public int OnDisk { get; set; }
    }

    private sealed class MessageAccount
    {
        public bool Accepted { get; set; }

        public int Received { get; set; }

        public List<Outcome> Outcomes { get; } = [];
    }
}
