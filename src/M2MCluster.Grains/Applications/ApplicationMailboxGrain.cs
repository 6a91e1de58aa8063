using M2MCluster.Contracts;
using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Objects;
using Orleans.Placement;

namespace M2MCluster.Grains.Applications;

/// <summary>
/// A message to an application waits here, goes into its feed by priority and age, and ends when the feed's reader acknowledges it, or says what became of it.
/// Whether the receiver exists, and permits the sender, is compared in the transaction that writes (<see cref="WriteSet.Audience"/>).
/// </summary>
[GrainType("application-mailbox"), PreferLocalPlacement]
internal sealed class ApplicationMailboxGrain(ApplicationMailboxServices services) : Grain, IApplicationMailboxGrain
{
    private static readonly MailboxPolicy Bounds = new();

    private ApplicationMailboxCore _core = null!;

    private string Id => this.GetPrimaryKeyString();
    private string Name => Names.Applications + Id;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _core = new(Id, services, DeactivateOnIdle);
        await _core.LoadAsync();
    }

    public async ValueTask<SendReceipt> Send(MessageDraft draft)
    {
        MessageRecord? record = null;
        await PermitAsync(draft.Application);
        if (draft.RequestId is { Length: > 0 } request
            && await services.Messages.FindByRequestAsync(draft.Application, Name, request, CancellationToken.None) is { } same)
        {
            return new(same, []);
        }

        await _core.CommitAsync(turn =>
        {
            var receiver = turn.Table.Find(Id);
            Permit(receiver, draft.Application);
            record ??= MessageAcceptance.Accept(draft, services.Ids, turn.Now, Name);
            // Another silo, whose clock is ahead, may have made the application just now.
            if (record.AcceptedAt < receiver!.CreatedAt) record = record with { AcceptedAt = receiver.CreatedAt };
            turn.Settle();
            Accept(turn, record);
        });
        return new(record!, _core.Mailbox.Find(record!.Id) is { Fetched: false } ? [$"{ApplicationTurn.Window} messages wait in the feed for {Name} to acknowledge them"] : []);
    }

    public async ValueTask<ResultReceipt> Answer(MessageId id, MessageResult result)
    {
        if (_core.Mailbox.Find(id) is null) return await AnswerLateAsync(id, result);
        var receipt = ResultReceipt.Recorded;
        await _core.CommitAsync(turn =>
        {
            // It may run out of time in this very turn: then that is its end.
            turn.Settle();
            if (_core.Mailbox.Find(id) is not { } item || turn.Ends(item)) receipt = ResultReceipt.Conflict;
            else turn.End(item, result.Ok ? Outcome.Applied : Outcome.Rejected, result.Ok ? null : "the application answered error", result);
        });
        return receipt;
    }

    public async ValueTask<MessageRecord> Cancel(string actor, MessageId id)
    {
        if (_core.Mailbox.Find(id) is not { } item)
        {
            var ended = await services.Messages.FindAsync(id, CancellationToken.None);
            if (ended is null || ended.Target != Name) throw M2MException.NotFound(Names.Messages + id);
            throw new M2MException(ErrorCode.FailedPrecondition, $"the message ended {ended.Outcome.ToString()!.ToUpperInvariant()} already");
        }

        MessageRecord? cancelled = null;
        await _core.CommitAsync(turn =>
        {
            turn.End(item, Outcome.Cancelled, item.Fetched ? $"by {actor}; it is in the feed and may have been read" : $"by {actor}");
            turn.Audit.Add(new(services.Ids.Next(), actor, "message.cancel", Name, id.ToString()));
            cancelled = turn.Ended[0];
        });
        return cancelled!;
    }

    public async ValueTask<Explanation> Explain(MessageId id)
    {
        if (_core.Mailbox.Find(id) is not { } item)
        {
            var record = await services.Messages.FindAsync(id, CancellationToken.None);
            return record is not null && record.Target == Name ? Explaining.Ended(record) : throw M2MException.NotFound(Names.Messages + id);
        }

        var ahead = _core.Mailbox.InOrder.TakeWhile(other => other != item).Count(other => !other.Fetched);
        var open = item.Record.IsOpen(services.Time.GetUtcNow());
        var (reason, waitsFor, until) = _core.IsPassed(id) ? (WaitReason.Result, "the application's result; it has acknowledged the event", item.Record.ExpiresAt)
            : item.Fetched ? (WaitReason.Confirmation, "the application to acknowledge the event, which is in its feed", item.Record.ExpiresAt)
            : open ? (WaitReason.Turn, $"room in the application's feed, after {ahead} message(s) that go first", item.Record.ExpiresAt)
            : (WaitReason.Window, "its window, which has not come yet", item.Record.OpensAt ?? item.Record.ExpiresAt);
        return new(
            item.Record with { Steps = [.. item.Steps], Trail = item.Trail?.ToRecord() }, $"Waits for {waitsFor}.", waitsFor, until, item.Fetched ? 0 : ahead, item.State, reason);
    }

    public async ValueTask Acknowledged(string feed)
    {
        if (await _core.PassedAsync(feed) is { } passed) await _core.CommitAsync(passed);
    }

    public async ValueTask Wake(long due)
    {
        // An acknowledgement of which nobody told is one all the same.
        foreach (var feed in _core.Feeds)
        {
            if (await _core.PassedAsync(feed) is { } passed) await _core.CommitAsync(passed);
        }

        await _core.CommitAsync(turn =>
        {
            turn.Disarm.Add(new(due, Name));
            if (due == turn.State.ArmedAt) turn.State = turn.State with { ArmedAt = 0 };
            turn.Settle();
        });
    }

    private void Accept(ApplicationTurn turn, MessageRecord record)
    {
        var replaced = _core.Mailbox.Replaced(record.Application, record.CoalesceKey);
        var leaving = replaced.Concat(_core.Mailbox.InOrder.Where(turn.Ends)).Distinct().ToList();
        if (_core.Mailbox.RoomFor(record.Payload.Length, record.Priority, Bounds, leaving) is not { } evicted)
            throw new M2MException(ErrorCode.ResourceExhausted, $"the feed of {Name} is full: {_core.Mailbox.Count} messages, {_core.Mailbox.Bytes} bytes wait to be acknowledged");
        foreach (var item in replaced) turn.End(item, Outcome.Superseded, $"by {Names.Messages}{record.Id}");
        foreach (var item in evicted) turn.End(item, Outcome.Evicted, $"the feed is full; gave way to {Names.Messages}{record.Id}");
        turn.Accepted.Add(record);
    }

    private async ValueTask PermitAsync(string sender)
    {
        var known = (await services.Directory.CurrentAsync()).Table.Find(Id);
        if (sender.Length == 0 ? known is not null : known?.Permits(sender) == true) return;
        // What this silo knows may be behind: nobody is refused for that.
        services.Directory.Outdated(await services.States.AudienceAsync());
        Permit((await services.Directory.CurrentAsync()).Table.Find(Id), sender);
    }

    // An application learns nothing of others by being refused.
    private void Permit(ApplicationView? receiver, string sender)
    {
        if (sender.Length == 0 && receiver is null) throw M2MException.NotFound(Name);
        if (sender.Length > 0 && receiver?.Permits(sender) != true) throw new M2MException(ErrorCode.PermissionDenied, $"{Name} does not permit {Names.Applications}{sender} to send to it");
    }

    /// <summary>A result after the end: the first one after a mere delivery is told, the outcome stays.</summary>
    private async ValueTask<ResultReceipt> AnswerLateAsync(MessageId id, MessageResult result)
    {
        var ended = await services.Messages.FindAsync(id, CancellationToken.None);
        if (ended is null || ended.Target != Name) return ResultReceipt.Unknown;
        if (ended.Result is { } former) return former.Same(result) ? ResultReceipt.Repeated : ResultReceipt.Conflict;
        if (ended.Outcome is not (Outcome.Delivered or Outcome.Sent)) return ResultReceipt.Conflict;
        await _core.CommitAsync(turn =>
        {
            var answered = ended with { Result = result, Steps = [.. ended.Steps, new(turn.Now, result.Ok ? "result ok" : "result error")] };
            turn.Amended.Add(answered);
            turn.TellSender(answered, EventTypes.MessageResult, EventData.Result(answered));
        });
        return ResultReceipt.Recorded;
    }
}
