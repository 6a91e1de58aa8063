using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Reading;
using M2MCluster.Contracts.Transactions;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Groups;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Subscriptions;
using Orleans.Placement;
using Orleans.Serialization;

namespace M2MCluster.Grains.Transactions;

/// <summary>
/// Coordinates one transaction. The decision and the messages that tell it to the objects are one commit; what has to be done next is found from the rows alone, whoever
/// looks, so that a silo may die between any two commits.
/// </summary>
[GrainType("transaction"), PreferLocalPlacement]
internal sealed class TransactionGrain(
    TimeProvider time, ICommitPipeline pipeline, IStateReader states, IMessageReader messages, IIdSource ids, SubscriptionDirectory directory,
    Serializer<TransactionState> serializer, DeliveryMetrics metrics) : Grain, ITransactionGrain
{
    private const string Kind = "transaction";

    private readonly Dictionary<MessageId, MessageRecord> _parts = [];
    private MessageRecord? _whole;
    private TransactionState _state = new();
    private long _version;
    private long _fired;

    private MessageId Id => new(this.GetPrimaryKeyLong());
    private string Key => Id.ToString();

    private Tally Standing => new(_whole!, _state, [.. _parts.Values]);

    public async ValueTask Told(PartStanding standing)
    {
        if (_whole is null) await ReadAsync();
        else if (_parts.TryGetValue(standing.Part, out var part))
        {
            var role = part.Transaction! with { Phase = standing.Phase };
            _parts[standing.Part] = part with { Transaction = role, Outcome = part.Outcome ?? standing.Outcome };
        }

        if (_whole is null || !Standing.HasNext(time.GetUtcNow())) return;
        await ReadAsync();
        await StepAsync();
    }

    public async ValueTask Wake(long due)
    {
        await ReadAsync();
        _fired = due;
        if (_whole is null || Standing.IsOver)
        {
            // The time was armed before it ended. Of one that is not even there any more nothing stays.
            var row = _whole is null ? null : serializer.SerializeToArray(new TransactionState());
            await CommitAsync(new(new(Kind, Key, _version, row)) { Disarm = { new(due, Names.Transactions + Id) } }, new(), removed: row is null);
            return;
        }

        if (Standing.HasNext(time.GetUtcNow())) await StepAsync();
        else await LookAgainAsync();
    }

    public async ValueTask<MessageRecord> Cancel(string actor)
    {
        await ReadAsync();
        if (_whole is not { Outcome: null }) throw new M2MException(ErrorCode.FailedPrecondition, "it has ended already");
        if (_state.Commits is { } commits) throw new M2MException(ErrorCode.FailedPrecondition, $"it is being {(commits ? "committed" : "rolled back")} already");
        await DecideAsync(new(false, Outcome.Cancelled, $"by {actor}"), actor);
        if (Standing.HasNext(time.GetUtcNow())) await StepAsync();
        return _whole;
    }

    public async ValueTask<TransactionView> Explain()
    {
        await ReadAsync();
        if (_whole is null) throw M2MException.NotFound(Names.Messages + Id);
        return Standing.View();
    }

    /// <summary>Does what is next until there is nothing to do but to wait; each step is a commit.</summary>
    private async ValueTask StepAsync()
    {
        if (_state.Commits is null && Standing.Decision(time.GetUtcNow()) is { } decision) await DecideAsync(decision, null);
        var standing = Standing;
        if (_state.Commits is not null && standing.HasNext(time.GetUtcNow())) await EndAsync(standing);
    }

    private async ValueTask DecideAsync(Decision decision, string? actor)
    {
        var now = time.GetUtcNow();
        var next = _state with { Commits = decision.Commits, Cause = decision.Cause, Reason = decision.Reason, DecidedAt = now };
        var set = Begin(ref next, now);
        foreach (var part in _parts.Values.Where(part => part.Outcome is null))
        {
            var told = part with { ContentType = _whole!.ContentType };
            var verb = decision.Commits ? TransactionVerb.Commit : TransactionVerb.Rollback;
            set.Messages.Add(Decisions.Make(told, Id, verb, ids, now, Outcome.Cancelled, decision.Reason));
            var member = part.Target[Names.Objects.Length..];
            set.Inboxes.Add(member);
            // Each takes its turn at once, a sleeper by its rows; what is due is on disk, so none is left out.
            set.Arm.Add(new(DueTime.Of(now), member));
        }

        if (actor is not null) set.Audit.Add(new(ids.Next(), actor, "message.cancel", Names.Messages + Id, ""));
        metrics.AcceptedForGroup(set.Messages.Count);
        await CommitAsync(set, next);
    }

    /// <summary>Every part has ended, or those that have not are in doubt: tells how it went, or that the last doubt is settled.</summary>
    private async ValueTask EndAsync(Tally standing)
    {
        var now = time.GetUtcNow();
        var next = _state;
        var set = Begin(ref next, now, isLast: standing.IsSettled);
        var (type, ended) = standing.End(now);
        set.Messages.Add(ended);
        var data = type == EventTypes.MessageOutcome ? EventData.Outcome(ended, standing.Members) : EventData.Settled(ended, standing.Members);
        var id = ids.Next();
        await pipeline.CommitAsync(
            set,
            directory,
            (addressed, audience) =>
            {
                var feeds = MessageEnding.Feeds(ended, type, audience.Table, "", [ended.Target[Names.Groups.Length..]]);
                if (feeds.Count > 0) addressed.Events.Add(new(id, type, ended.Target, ended.Target, data, feeds, ended.TraceParent));
                return default;
            },
            DeactivateOnIdle);
        _whole = ended;
        _state = next;
        _version++;
        MessageTrace.Step(ended, "m2m message ended", "m2m.outcome", ended.Outcome.ToString()!);
        if (standing.IsSettled) DeactivateOnIdle();
    }

    private async ValueTask LookAgainAsync()
    {
        var next = _state;
        await CommitAsync(Begin(ref next, time.GetUtcNow()), next);
    }

    /// <summary>A set that also sees to it that the transaction is looked at again, unless it is the last.</summary>
    private WriteSet Begin(ref TransactionState next, DateTimeOffset now, bool isLast = false)
    {
        var armed = _state.ArmedAt == 0 ? TransactionStart.FirstLookAt(_whole!) : _state.ArmedAt;
        next = isLast ? new() : next with { ArmedAt = Tally.LookAt(_whole!, next, now) };
        // The row stays as long as its message, with nothing in it but a version: whoever stood still before deciding cannot decide once more.
        var set = new WriteSet(new(Kind, Key, _version, serializer.SerializeToArray(next)));
        if (next.ArmedAt != armed)
        {
            set.Disarm.Add(new(armed, Names.Transactions + Id));
            if (!isLast) set.Arm.Add(new(next.ArmedAt, Names.Transactions + Id));
        }

        // One that an earlier look left behind.
        if (_fired != 0 && _fired != armed && _fired != next.ArmedAt) set.Disarm.Add(new(_fired, Names.Transactions + Id));
        _fired = 0;

        return set;
    }

    private async ValueTask CommitAsync(WriteSet set, TransactionState next, bool removed = false)
    {
        await pipeline.CommitAsync(set, DeactivateOnIdle);
        _state = next;
        _version = removed ? 0 : _version + 1;
    }

    private async ValueTask ReadAsync()
    {
        var stored = await states.ReadAsync(Kind, Key);
        _version = stored?.Version ?? 0;
        _state = stored is null ? new() : serializer.Deserialize(stored.Body)!;
        _whole = await messages.FindAsync(Id, CancellationToken.None);
        _parts.Clear();
        foreach (var part in await messages.PartsAsync(Id, ITransactionGrain.MaxTargets, CancellationToken.None)) _parts.Add(part.Id, part);
    }
}
