using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Subscriptions;

namespace M2MCluster.Grains.Applications;

/// <summary>One turn of an application's mailbox: what it decides, gathered to be committed as one. Nothing here has happened until then.</summary>
internal sealed class ApplicationTurn(string application, Mailbox mailbox, ApplicationMailboxState state, SubscriptionTable table, IIdSource ids, DateTimeOffset now)
{
    /// <summary>So many may stand in the feed without having been acknowledged; the others wait, so that a higher priority overtakes them.</summary>
    public const int Window = 64;

    public const string PutIntoFeed = "put into the feed";

    private readonly string _name = Names.Applications + application;
    private readonly HashSet<MessageId> _ended = [];

    public DateTimeOffset Now => now;
    public SubscriptionTable Table => table;
    public ApplicationMailboxState State { get; set; } = state;
    public List<MessageRecord> Accepted { get; } = [];
    public List<MessageRecord> Ended { get; } = [];

    /// <summary>Messages that ended before and of which more is known now.</summary>
    public List<MessageRecord> Amended { get; } = [];
    public List<PostedMessage> Posted { get; } = [];
    public List<PostedMessage> Passing { get; } = [];
    public List<EventWrite> Events { get; } = [];
    public List<DueTime> Arm { get; } = [];
    public List<DueTime> Disarm { get; } = [];
    public List<AuditWrite> Audit { get; } = [];

    /// <summary>The rows to write: what is accepted and ends at once is written as ended only.</summary>
    public IEnumerable<MessageRecord> Rows => Accepted.Where(record => !_ended.Contains(record.Id)).Concat(Ended).Concat(Amended);

    public bool Ends(MailboxItem item) => _ended.Contains(item.Record.Id);

    /// <summary>Ends a message that waits: once, with an event.</summary>
    public void End(MailboxItem item, Outcome outcome, string? detail, MessageResult? result = null)
    {
        if (!_ended.Add(item.Record.Id)) return;
        var last = new MessageStep(now, $"ended {outcome.ToString().ToUpperInvariant()}{(detail is null ? "" : ": " + detail)}");
        var ended = item.Record with { Outcome = outcome, EndedAt = now, Detail = detail, Result = result, Steps = [.. item.Steps, last], Trail = Trail.Ending(item.Trail, now, null, detail, result is not null) };
        Ended.Add(ended);
        State = State with { Posted = State.Posted.RemoveAll(posted => posted.Message == ended.Id) };
        TellSender(ended, EventTypes.MessageOutcome, EventData.Outcome(ended));
    }

    public void TellSender(MessageRecord message, string type, byte[] data)
    {
        IReadOnlyList<string> feeds = message.Application.Length == 0 ? table.FeedsFor(type, "", [])
            : table.Knows(message.Application, message.AcceptedAt) ? table.FeedsOf(message.Application, type, "", [])
            : [];
        if (feeds.Count > 0) Events.Add(new(ids.Next(), type, message.Target, message.Target, data, feeds, message.TraceParent));
    }

    /// <summary>Ends what was sent to an application that is not there any more, or what ran out of time.</summary>
    public void Settle()
    {
        foreach (var item in mailbox.InOrder)
        {
            if (!table.Knows(application, item.Record.AcceptedAt)) End(item, Outcome.Failed, "the application was deleted");
            else if (item.Record.ExpiresAt <= now) End(item, Outcome.Expired, item.Fetched ? "it was not acknowledged in time; it may have been read" : null);
        }
    }

    /// <summary>The feeds in which the application reads what is posted now.</summary>
    public IReadOnlyList<string> Feeds => table.FeedsOf(application, EventTypes.Message, "", []);

    /// <summary>Those that go into the feed now, the first to go first.</summary>
    public IReadOnlyList<MailboxItem> Next()
    {
        var room = Window - State.Posted.Count(posted => !posted.Passed);
        if (room <= 0) return [];
        var waiting = Accepted.Select(record => new MailboxItem(record)).Concat(mailbox.InOrder.Where(item => !item.Fetched && !Ends(item)));
        return [.. waiting.Where(item => item.Record.IsOpen(now)).OrderByDescending(item => item.Record.Priority).ThenBy(item => item.Record.Id).Take(room)];
    }

    /// <summary>Puts a message into the receiver's feeds. It is then read in the order in which it was put there.</summary>
    public void Post(MailboxItem item)
    {
        var record = item.Record;
        // A webhook's events are posted one after the other for each subject: a sender's wait for each other, and for nobody else's.
        var subject = record.Application.Length > 0 ? Names.Applications + record.Application : _name;
        var posted = new EventWrite(ids.Next(), EventTypes.Message, subject, _name, EventData.Message(record), Feeds, record.TraceParent);
        Events.Add(posted);
        if (record.Confirmation == Confirmation.None)
        {
            End(new(record with { Steps = [.. item.Steps, new(now, PutIntoFeed)] }), Outcome.Sent, null);
            return;
        }

        Posted.Add(new(record.Id, posted.Id));
        State = State with { Posted = State.Posted.Add(Posted[^1]) };
    }

    /// <summary>The receiver acknowledged the event of a message whose result is awaited.</summary>
    public void Pass(PostedMessage posted)
    {
        Passing.Add(posted);
        State = State with { Posted = State.Posted.Replace(posted, posted with { Passed = true }) };
    }

    /// <summary>Keeps one row in the index of due times, the earliest.</summary>
    public void Conclude()
    {
        var next = long.MaxValue;
        foreach (var record in mailbox.InOrder.Where(item => !Ends(item)).Select(item => item.Record).Concat(Accepted.Where(record => !_ended.Contains(record.Id))))
            next = Math.Min(next, DueTime.Of(record.Terms?.NotBefore > now ? record.Terms.NotBefore.Value : record.ExpiresAt));
        if (State.Posted.IsEmpty && next == long.MaxValue) State = State with { Looked = State.Looked.Clear() };
        if (next == long.MaxValue || (State.ArmedAt != 0 && State.ArmedAt <= next)) return;
        if (State.ArmedAt != 0) Disarm.Add(new(State.ArmedAt, _name));
        Arm.Add(new(next, _name));
        State = State with { ArmedAt = next };
    }
}
