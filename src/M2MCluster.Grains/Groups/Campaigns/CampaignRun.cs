using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>
/// A message to a group that is worked off in steps. Each step writes in one commit what it did and how far the message is: wherever it is interrupted, the next activation
/// goes on there.
/// </summary>
/// <param name="retire">Ends this activation: what is on disk is not known any more, and the next one reads it.</param>
internal abstract class CampaignRun(CampaignServices services, MessageId id, CampaignState state, long version, Action retire)
{
    // So soon after a crash the schedule asks for the next step.
    private static readonly TimeSpan LookAfter = TimeSpan.FromSeconds(15);

    private MessageRecord? _message;
    private bool _isCounted;

    public CampaignState State { get; private set; } = state;

    public CampaignView View => new(State.Phase, State.Gathering?.Members ?? State.Targets, State.Dispatched, State.Reason, State.DispatchedAt);

    protected CampaignServices Services => services;
    protected MessageId Id => id;
    protected Action Retire => retire;
    protected DateTimeOffset Now => services.Time.GetUtcNow();

    public static CampaignRun Of(CampaignServices services, MessageId id, CampaignState state, long version, Action retire)
    {
        CampaignRun run = state.Mode == DeliveryMode.Anycast ? new Anycast(services, id, state, version, retire) : new Campaign(services, id, state, version, retire);
        run.Count(state.Phase);
        return run;
    }

    /// <summary>The activation ends; another one goes on.</summary>
    public void Leave() => Count(CampaignPhase.Ended);

    public static long FirstLook(DateTimeOffset now) => DueTime.Of(now + LookAfter);

    /// <returns>When the next step is to be taken; null: not before something happens.</returns>
    public async ValueTask<TimeSpan?> StepAsync() => State.Phase == CampaignPhase.Ended ? null
        : State.Gathering is { } sofar ? await GatherAsync(await MessageAsync(), sofar) : await StepAsync(await MessageAsync());

    /// <returns>Whether a step is to be taken now.</returns>
    public abstract bool PartEnded();

    /// <summary>Hints may have been lost: what is open is looked up again.</summary>
    public abstract void Doubt();

    public virtual void FrameEnded(MessageId frame)
    {
    }

    public virtual ValueTask PauseAsync(string actor) => throw new M2MException(ErrorCode.FailedPrecondition, "an anycast is not paused; cancel it");

    public virtual ValueTask ResumeAsync(string actor) => PauseAsync(actor);

    public ValueTask StopAsync(Outcome restEnds, string reason, string? actor = null) =>
        ChangeAsync(State with { Phase = CampaignPhase.Stopping, RestEnds = restEnds, Reason = reason, CancelsOpen = actor is not null }, actor, "message.stop");

    /// <summary>The armed time has come: the next one is armed, unless the message ended.</summary>
    public async ValueTask RearmAsync()
    {
        if (State.Phase != CampaignPhase.Ended && State.ArmedAt <= Now.ToUnixTimeMilliseconds()) await CommitAsync(State, _ => { });
    }

    protected abstract ValueTask<TimeSpan?> StepAsync(MessageRecord message);

    /// <summary>Whether nothing is to be done until somebody says something, or the message expires.</summary>
    protected virtual bool Rests(CampaignState next) => (next.IsAll && !next.CancelsOpen) || next.Phase is CampaignPhase.Paused or CampaignPhase.Canary;

    /// <summary>Until when nothing is to be done though it is not at rest, Unix milliseconds; null: there is something to do.</summary>
    protected virtual long? WaitsUntil(CampaignState next) => null;

    protected MessageRecord Part(MessageRecord message, string target, DateTimeOffset now) => message with
    {
        Id = new(services.Ids.Next()), Target = Names.Objects + target, Parent = id, AcceptedAt = now, RequestId = null, Steps = [new(now, "accepted")],
        Part = State.IsQuiet ? PartTraits.Quiet : PartTraits.None, Mode = DeliveryMode.Unspecified, Area = null,
    };

    protected async ValueTask<string[]> ChunkAsync(int ordinal) => TargetList.Read(await BodyAsync(ordinal));

    protected async Task CallAsync(string objectId)
    {
        try
        {
            await services.Grains.GetObject(objectId).Wake(0);
        }
        catch (Exception failure) when (failure is M2MException or TimeoutException or OrleansException)
        {
            // The message is on disk: the object finds it on its next turn.
        }
    }

    protected async ValueTask EndAsync(MessageRecord message, Outcome outcome, string detail, MessageResult? result = null)
    {
        var ended = State with { Phase = CampaignPhase.Ended, ArmedAt = 0 };
        var set = Begin(ended);
        set.RemovedTargets = id.Value;
        if (State.ArmedAt != 0) set.Disarm.Add(new(State.ArmedAt, Names.Messages + id));
        await MessageEnding.EndAsync(services, set, message, outcome, detail, result, retire);
        Became(ended);
        services.Meter.Ended(outcome);
    }

    protected async ValueTask ChangeAsync(CampaignState next, string? actor, string action)
    {
        var message = await MessageAsync();
        await CommitAsync(
            next,
            set =>
            {
                if (actor is not null) set.Audit.Add(new(services.Ids.Next(), actor, action, Names.Messages + id, next.Reason ?? ""));
            },
            set => MessageEnding.CommitAsync(services, set, message, EventTypes.MessageCampaign, EventData.Campaign(message, next), retire));
    }

    protected async ValueTask CommitAsync(CampaignState next, Action<WriteSet> fill, Func<WriteSet, ValueTask>? commit = null)
    {
        next = next with { ArmedAt = ArmAt(next, Now) };
        var set = Begin(next);
        if (next.ArmedAt != State.ArmedAt)
        {
            if (State.ArmedAt != 0) set.Disarm.Add(new(State.ArmedAt, Names.Messages + id));
            set.Arm.Add(new(next.ArmedAt, Names.Messages + id));
        }

        fill(set);
        await GuardedCommit.CommitAsync(() => (commit ?? services.Pipeline.CommitAsync)(set), retire);
        Became(next);
    }

    /// <summary>While it is at work soon, so that somebody goes on after a crash; while it rests more and more rarely, for word that was lost.</summary>
    private long ArmAt(CampaignState next, DateTimeOffset now)
    {
        var (soon, nowMs) = (FirstLook(now), now.ToUnixTimeMilliseconds());
        if (Rests(next)) return Looks.After(_message!, now) ?? soon;
        if (WaitsUntil(next) is { } until) return Math.Min(until > nowMs ? until : long.MaxValue, Looks.After(_message!, now) ?? soon);
        return State.ArmedAt > nowMs + (LookAfter.TotalMilliseconds / 3) && State.ArmedAt <= soon ? State.ArmedAt : soon;
    }

    /// <summary>Its members are found page by page; nobody is sent anything before all are.</summary>
    private async ValueTask<TimeSpan?> GatherAsync(MessageRecord message, Gathered sofar)
    {
        if (State.RestEnds is { } outcome) await EndAsync(message, outcome, $"{State.Reason}, before its members were found");
        else if (message.ExpiresAt <= Now) await EndAsync(message, Outcome.Expired, "before its members were found");
        else if (State.Phase != CampaignPhase.Paused) return await GatherNextAsync(message, sofar);
        return null;
    }

    private async ValueTask<TimeSpan?> GatherNextAsync(MessageRecord message, Gathered sofar)
    {
        var gathering = new Gathering(services.Sending, message, State.Terms.Order);
        var (next, page, isLast) = await gathering.PageAsync(sofar);
        if (!isLast)
        {
            await CommitAsync(State with { Gathering = next }, set => set.Targets = page is null ? [] : [page]);
            return TimeSpan.Zero;
        }

        var targets = await gathering.ArrangeAsync(next.Pages, async ordinal => page is not null && ordinal == sofar.Pages ? page.Body : await BodyAsync(Campaigns.Gathering.OrdinalOf(ordinal)));
        if (targets.Count == 0)
        {
            await EndAsync(message, Outcome.Failed, Campaigns.Gathering.NobodyIn(message));
            return null;
        }

        await CommitAsync(CampaignStart.Found(State, targets), set => set.Targets = targets.Finish(id));
        return TimeSpan.Zero;
    }

    private void Count(CampaignPhase phase)
    {
        var counts = phase is CampaignPhase.Running or CampaignPhase.Stopping;
        if (counts != _isCounted) services.Meter.Dispatching(counts ? 1 : -1);
        _isCounted = counts;
    }

    private WriteSet Begin(CampaignState next) => new(new(GroupMessageGrain.Kind, id.ToString(), version, services.Serializer.SerializeToArray(next)));

    private void Became(CampaignState next)
    {
        State = next;
        version++;
        Count(next.Phase);
    }

    private async ValueTask<byte[]> BodyAsync(int ordinal) =>
        await services.Reader.ChunkAsync(id.Value, ordinal) ?? throw new InvalidOperationException($"{Names.Messages}{id} lacks part {ordinal} of its targets");

    private async ValueTask<MessageRecord> MessageAsync() =>
        _message ??= await services.Messages.FindAsync(id, CancellationToken.None) ?? throw M2MException.NotFound(Names.Messages + id);
}
