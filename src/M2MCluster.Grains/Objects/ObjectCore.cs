using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Subscriptions;
using M2MCluster.Grains.Transactions;

namespace M2MCluster.Grains.Objects;

/// <summary>
/// One object in memory: what is on disk, as of the last commit, and the channels that edges left. The parts of the object grain
/// read it and change it only by committing a <see cref="Turn"/>.
/// </summary>
/// <param name="retire">Ends this activation, which another one has overtaken.</param>
/// <param name="isPassing">It is in memory for one turn only, beside an activation that there may be, which has to hear of it.</param>
internal sealed class ObjectCore(string id, ObjectServices services, Action retire, bool isPassing = false)
{
    private static readonly IReadOnlyList<string> NoGroups = [];

    private ObjectTraits? _traits;
    private ObjectDescription? _traitsOf;
    private IReadOnlyList<string> _groups = NoGroups;
    private long _groupsVersion = -1;
    private bool _current;

    public string Id => id;
    public ObjectServices Services => services;
    public long Version { get; private set; }
    public ObjectState State { get; private set; } = new();

    /// <summary>Null if the object does not exist.</summary>
    public ObjectDescription? Description { get; private set; }

    public Mailbox Mailbox { get; } = new();
    public Sharing Sharing { get; } = new(services);
    public Channels Channels { get; } = new(services.Edges.IsGone);

    /// <summary>What decides when it reports, in milliseconds, as the object was told it last; null: this is not known here.</summary>
    public (long Period, long? Tolerance, long? Phase)? Told { get; set; }

    public DateTimeOffset Now => services.Time.GetUtcNow();

    /// <summary>The place in the plan of SMS that is held for a call; null: none is waited for.</summary>
    public PlanHold? CallHold { get; set; }

    public ObjectTraits TraitsOf(ObjectDescription description)
    {
        if (ReferenceEquals(_traitsOf, description)) return _traits!;
        _traitsOf = description;
        return _traits = ObjectTraits.Of(Sharing.Over(description));
    }

    public (Reachability State, long Until) Reachability(long now) => Description is { } description
        ? ReachabilityPolicy.Of(State, TraitsOf(description), description.Registration, Channels.IsConnected, now)
        : default;

    /// <summary>Whether a push has a chance now.</summary>
    public bool Listens(long now) => Description is { } description
        && ReachabilityPolicy.ListensUntil(State, TraitsOf(description), description.Registration, Channels.IsConnected, now) > now;

    /// <summary>Whether it said that it is silent now.</summary>
    public bool IsSuspended => State.SuspendedUntil > Now.ToUnixTimeMilliseconds();

    /// <summary>
    /// Whether the object may have the message now: it has not expired, its window has come, its constraint holds, and it is no command while another application holds these.
    /// </summary>
    public bool MayHave(MessageRecord message, DateTimeOffset now) =>
        message.IsOpen(now) && Description is { } description && description.Hold?.Bars(message, now) != true
        && services.Constraints.Allow(message, Sharing.Over(description), State.Conditions, now);

    /// <summary>Whether there is a channel of the object's own, now or once it shows up, over which the message can be pushed.</summary>
    public bool HasWayFor(MessageRecord message)
    {
        if (message.Command is not null && Description?.Registration is { Bearer: Bearer.Coap, Links.Length: > 0, Address.Length: > 0 }) return true;
        foreach (var channel in Channels.All)
        {
            if (Paths.Carries(channel, message)) return true;
        }

        return SmsWay.Carries(this, message);
    }

    /// <summary>Makes sure that memory is what is on disk, with what others wrote to the inbox merged in.</summary>
    public ValueTask LoadAsync()
    {
        // News is taken once: until it is read, memory is behind.
        if (_current && services.Inbox.TakeNews(id)) _current = false;
        return !_current ? new(ReadAsync()) : Sharing.IsCurrent(Description) ? default : ShareAnewAsync();
    }

    /// <summary>What waits is judged by what groups share now.</summary>
    private async ValueTask ShareAnewAsync()
    {
        await ShareAsync();
        if (Sharing.IsNews) await SettleAsync();
    }

    private async ValueTask ShareAsync()
    {
        if (await Sharing.LookAsync(Description)) _traitsOf = null;
    }

    /// <summary>Others may have written what only a look at the disk shows: the next turn looks.</summary>
    public void Distrust() => _current = false;

    /// <exception cref="M2MException"><see cref="ErrorCode.NotFound"/></exception>
    public async ValueTask<ObjectDescription> LoadExistingAsync()
    {
        await LoadAsync();
        return Description ?? throw M2MException.NotFound(Names.Objects + id);
    }

    /// <exception cref="M2MException"><see cref="ErrorCode.NotFound"/></exception>
    public Turn Begin() => new(this, Description ?? throw M2MException.NotFound(Names.Objects + id), State);

    /// <summary>Commits all that the turn decided, then makes it so in memory.</summary>
    public async ValueTask CommitAsync(Turn turn)
    {
        turn.Conclude();
        var set = new WriteSet(new(
            "object", id, Version, turn.IsRemoval ? null : services.Serializer.SerializeToArray(turn.State), turn.State.SeenAt, turn.OnlineUntil));
        if (turn.IsRemoval) set.RemovedObject = id;
        else if (!ReferenceEquals(turn.Description, Description)) set.Description = turn.Description;
        set.Reports.AddRange(turn.Reports);
        set.Messages.AddRange(turn.Accepted);
        set.Messages.AddRange(turn.Ended);
        set.Messages.AddRange(turn.Amended);
        foreach (var (_, record) in turn.Changed) set.Messages.Add(record);
        Peers.Write(turn.Notices, set);
        set.Arm.AddRange(turn.Arm);
        set.Disarm.AddRange(turn.Disarm);
        if (isPassing) set.Inboxes.Add(id);
        set.Audit.AddRange(turn.Audit);
        await CommitAsync(set, turn);
        Sharing.IsNews = false;
        if (turn.State.Told != State.Told) services.Fleet.Changed(State.Told, turn.State.Told);
        State = turn.IsRemoval ? new() : turn.State;
        Description = turn.IsRemoval ? null : turn.Description;
        Version = turn.IsRemoval ? 0 : Version + 1;
        foreach (var ended in turn.Ended)
        {
            Mailbox.Remove(ended.Id);
            services.Delivery.Ended(ended);
            if (ended.Quality is { } quality) services.Qos.Release(ended, quality);
            MessageTrace.Step(ended, "m2m message ended", "m2m.outcome", ended.Outcome.ToString());
            if (ended.FrameOf is { } carried) services.Grains.GetGrain<IGroupMessageGrain>(carried.Value).FrameEnded(ended.Id).AsTask().Ignore();
            Participating.Tell(services.Grains, ended);
            if (ended is { Task: { } task, Parent: null }) services.Grains.GetGrain<IReportTaskGrain>(task).Step().AsTask().Ignore();
        }

        foreach (var (item, record) in turn.Changed)
        {
            item.Become(record);
            Participating.Tell(services.Grains, record);
        }

        foreach (var revised in turn.Amended) Mailbox.Find(revised.Id)?.Revise(revised);
        if (turn.Notices.Count > 0) Peers.WakeAsync(turn.Notices, services).Ignore();
        foreach (var accepted in turn.Accepted)
        {
            Mailbox.Add(accepted);
            services.Delivery.Accepted();
            MessageTrace.Span(accepted, "m2m message accepted", accepted.AcceptedAt);
        }

        if (Mailbox.Count > 0) Watch(turn);
        else if (turn.Ended.Count > 0) services.Mailboxes.Forget(id);
        if (turn.IsRemoval || set.Description is not null) _groupsVersion = -1;
    }

    /// <summary>What waits for an object within reach should move. A child is reached by its gateway, which may not be there.</summary>
    private void Watch(Turn turn)
    {
        var hasWay = turn.IsConnected || Description?.Registration is { Bearer: Bearer.Coap, Links.Length: > 0, Address.Length: > 0 };
        if (Mailbox.OldestShown is not { } oldest) services.Mailboxes.Forget(id);
        else services.Mailboxes.Look(id, oldest, hasWay ? turn.OnlineUntil : 0, turn.IsConnected);
    }

    private async ValueTask CommitAsync(WriteSet set, Turn turn)
    {
        try
        {
            if (turn.Events.Count == 0) await services.Pipeline.CommitAsync(set);
            else await services.Pipeline.CommitAsync(set, services.Subscriptions, (addressed, audience) => AddressAsync(addressed, turn, audience));
        }
        catch (StaleVersionException)
        {
            _current = false;
            retire();
            throw new M2MException(ErrorCode.Unavailable, "the object moved; try again");
        }
        catch
        {
            // It may be on disk all the same: the next turn looks.
            _current = false;
            throw;
        }
    }

    private async ValueTask AddressAsync(WriteSet set, Turn turn, Audience audience)
    {
        foreach (var told in turn.Events)
        {
            var feeds = await FeedsAsync(told, audience);
            if (feeds.Count > 0) set.Events.Add(new(told.Id, told.Type, Names.Objects + told.ObjectId, told.ObjectId, told.Data, feeds, told.TraceParent));
        }
    }

    private async Task ReadAsync() => await BecomeAsync(await services.States.ReadObjectAsync(id));

    /// <summary>Memory becomes what was read; null: the object does not exist.</summary>
    public async ValueTask BecomeAsync(StoredObject? stored)
    {
        Version = stored?.State.Version ?? 0;
        State = stored is null ? new() : services.Serializer.Deserialize(stored.State.Body)!;
        Description = stored?.Description;
        Mailbox.Reconcile(stored?.Waiting ?? []);
        foreach (var known in State.Sms?.Stored ?? [])
        {
            if (!known.IsGivenUp && Mailbox.Find(known.Message) is { } item) item.Restore(known, services.Classes.Of(item.Record.Terms).InDoubt, Now);
        }

        await ShareAsync();
        _current = true;
        await SettleAsync();
    }

    private async ValueTask SettleAsync()
    {
        if (Description is null || Mailbox.Count == 0) return;
        var turn = Begin();
        Merging.Settle(turn, this);
        if (turn.Ended.Count > 0 || turn.Changed.Count > 0) await CommitAsync(turn);
    }

    /// <summary>Who hears of it: the sender of a message hears of that in any case, and others not.</summary>
    private async ValueTask<IReadOnlyList<string>> FeedsAsync(Turn.Told told, Audience audience)
    {
        var table = audience.Table;
        var sender = string.IsNullOrEmpty(told.OnlyTo) ? null : told.OnlyTo;
        if (sender is not null && !table.Knows(sender, told.Since)) return [];
        // A gateway's turn tells of its children also; their groups are not the ones kept here.
        var groups = !table.NeedsGroups ? NoGroups
            : told.ObjectId == id ? await GroupsAsync(audience.Membership)
            : await GroupsOfAsync(told.ObjectId, null, audience.Membership);
        return sender is null ? table.FeedsFor(told.Type, told.ObjectId, groups) : table.FeedsOf(sender, told.Type, told.ObjectId, groups);
    }

    private async ValueTask<IReadOnlyList<string>> GroupsAsync(long version)
    {
        if (_groupsVersion != version)
        {
            _groups = await GroupsOfAsync(id, Description, version);
            _groupsVersion = version;
        }

        return _groups;
    }

    private async ValueTask<IReadOnlyList<string>> GroupsOfAsync(string objectId, ObjectDescription? description, long version)
    {
        var rules = await services.Rules.AtAsync(version);
        if (rules.AsksForObjects && description is null) description = (await services.States.PeekObjectsAsync([objectId])).GetValueOrDefault(objectId)?.Description;
        return rules.GroupsOf(await services.Groups.GroupsOfAsync(objectId, CancellationToken.None), description);
    }
}
