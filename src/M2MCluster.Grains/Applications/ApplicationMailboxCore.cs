using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Applications;

/// <summary>An application's mailbox in memory: what is on disk, as of the last commit. Changed only by committing an <see cref="ApplicationTurn"/>.</summary>
/// <param name="retire">Ends this activation: what is on disk is not known any more.</param>
internal sealed class ApplicationMailboxCore(string id, ApplicationMailboxServices services, Action retire)
{
    private const string Kind = "application-mailbox";
    private const int PageSize = 1000;

    // A change of subscriptions that comes in between each time is a storm of changes, and the caller may try again.
    private const int Tries = 20;

    private readonly string _name = Names.Applications + id;
    private readonly int _partition = FeedCursor.PartitionOf(Names.Applications + id);
    private long _version;
    private ApplicationMailboxState _state = new();

    public Mailbox Mailbox { get; } = new();

    /// <summary>The feeds in which something posted is awaited to be acknowledged.</summary>
    public IReadOnlyList<string> Feeds => [.. _state.Looked.Keys];

    /// <summary>Whether the receiver acknowledged the message's event, and owes its result.</summary>
    public bool IsPassed(MessageId message) => _state.Posted.Any(posted => posted.Message == message && posted.Passed);

    public async ValueTask LoadAsync()
    {
        if (await services.States.ReadAsync(Kind, id) is { } stored)
        {
            _version = stored.Version;
            _state = services.Serializer.Deserialize(stored.Body)!;
        }

        var before = new MessageId(long.MaxValue);
        IReadOnlyList<MessageRecord> page;
        do
        {
            page = await services.Messages.ListAsync(new(Target: _name, Waiting: true), before, PageSize, CancellationToken.None);
            foreach (var record in page) Mailbox.Add(record);
            if (page.Count > 0) before = page[^1].Id;
        }
        while (page.Count == PageSize);
        foreach (var posted in _state.Posted) Mailbox.Find(posted.Message)?.Post(services.Time.GetUtcNow());
    }

    /// <summary>Lets the turn decide, fills the feed, and commits; decides anew if who hears, or the receiver, changed meanwhile.</summary>
    public async ValueTask CommitAsync(Action<ApplicationTurn> decide)
    {
        for (var tries = 1; ; tries++)
        {
            var audience = await services.Directory.CurrentAsync();
            var turn = new ApplicationTurn(id, Mailbox, _state, audience.Table, services.Ids, services.Time.GetUtcNow());
            decide(turn);
            if (audience.Table.Find(id) is not null && turn.Next() is { Count: > 0 } next)
            {
                await BeginFeedsAsync(turn);
                foreach (var item in next) turn.Post(item);
            }

            turn.Conclude();
            var set = Write(turn);
            set.Audience = audience.Versions;
            try
            {
                await services.Pipeline.CommitAsync(set, retire);
                Committed(turn);
                return;
            }
            catch (OutdatedAudienceException outdated)
            {
                services.Directory.Outdated(outdated.Now);
                if (tries == Tries) throw new M2MException(ErrorCode.Unavailable, "subscriptions change too fast; try again");
            }
        }
    }

    /// <summary>What follows from what the feed's reader has acknowledged; null: nothing.</summary>
    public async ValueTask<Action<ApplicationTurn>?> PassedAsync(string feed)
    {
        if (!_state.Looked.TryGetValue(feed, out var looked)) return null;
        var acknowledged = (await services.Feeds.AcknowledgedAsync(feed, CancellationToken.None))[_partition];
        if (acknowledged <= looked) return null;
        var passed = await services.Passages.EventsBetweenAsync(feed, _partition, EventTypes.Message, looked, acknowledged, CancellationToken.None);
        return turn =>
        {
            foreach (var posted in turn.State.Posted.Where(posted => !posted.Passed && passed.Contains(posted.Event)))
            {
                if (Mailbox.Find(posted.Message) is not { } item) continue;
                if (item.Record.Confirmation == Confirmation.Applied) turn.Pass(posted);
                else turn.End(item, Outcome.Delivered, null);
            }

            turn.State = turn.State with { Looked = turn.State.Looked.SetItem(feed, acknowledged) };
            turn.Settle();
        };
    }

    /// <summary>Notes where the feeds end before something is put into them, so that its acknowledgement is looked for from there.</summary>
    private async ValueTask BeginFeedsAsync(ApplicationTurn turn)
    {
        foreach (var feed in turn.Feeds)
        {
            if (turn.State.Looked.ContainsKey(feed)) continue;
            var end = (await services.Feeds.EndAsync(feed, CancellationToken.None))[_partition];
            turn.State = turn.State with { Looked = turn.State.Looked.SetItem(feed, end) };
        }
    }

    private WriteSet Write(ApplicationTurn turn)
    {
        // Nobody is there any more, and nothing waits: the row goes.
        var isOver = turn.Table.Find(id) is null && Mailbox.InOrder.All(turn.Ends);
        var set = new WriteSet(new(Kind, id, _version, isOver ? null : services.Serializer.SerializeToArray(turn.State)));
        if (isOver && turn.State.ArmedAt != 0) set.Disarm.Add(new(turn.State.ArmedAt, _name));
        set.Messages.AddRange(turn.Rows);
        set.Events.AddRange(turn.Events);
        set.Arm.AddRange(turn.Arm);
        set.Disarm.AddRange(turn.Disarm);
        set.Audit.AddRange(turn.Audit);
        return set;
    }

    private void Committed(ApplicationTurn turn)
    {
        var isOver = turn.Table.Find(id) is null && Mailbox.InOrder.All(turn.Ends);
        _version = isOver ? 0 : _version + 1;
        _state = isOver ? new() : turn.State;
        foreach (var record in turn.Accepted)
        {
            services.Delivery.AcceptedForApplication();
            MessageTrace.Span(record, "m2m message accepted", record.AcceptedAt);
            Mailbox.Add(record);
        }

        foreach (var posted in turn.Posted)
        {
            if (Mailbox.Find(posted.Message) is not { } item) continue;
            item.Steps.Add(new(turn.Now, ApplicationTurn.PutIntoFeed));
            item.Post(turn.Now);
        }

        foreach (var posted in turn.Passing)
            Mailbox.Find(posted.Message)?.Steps.Add(new(turn.Now, "acknowledged; its result is awaited"));
        foreach (var ended in turn.Ended)
        {
            Mailbox.Remove(ended.Id);
            services.Delivery.Ended(ended);
            MessageTrace.Step(ended, "m2m message ended", "m2m.outcome", ended.Outcome.ToString()!);
        }
    }
}
