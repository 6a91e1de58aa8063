using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Qos;
using M2MCluster.Grains.Qos;
using M2MCluster.Grains.Transactions;

namespace M2MCluster.Grains.Objects;

/// <summary>Accepts messages for the object, and follows each to its end.</summary>
internal sealed class Sending(ObjectCore core, Delivering delivering)
{
    public async ValueTask<SendReceipt> SendAsync(MessageDraft draft)
    {
        var description = await core.LoadExistingAsync();
        var target = Names.Objects + core.Id;
        if (draft.RequestId is { Length: > 0 } request
            && await core.Services.Messages.FindByRequestAsync(draft.Application, target, request, CancellationToken.None) is { } same)
        {
            return new(same, []);
        }

        var said = Admitting.Admit(core, description, draft);
        var turn = core.Begin();
        var record = MessageAcceptance.Accept(draft, core.Services.Ids, turn.Now, target);
        var mismatches = Warning.Judge(turn, core, record, core.Channels.IsConnected);
        record = Warning.Tell(turn, record, mismatches);
        var replaced = core.Mailbox.Replaced(record.Application, record.CoalesceKey);
        if (core.Mailbox.RoomFor(draft.Payload.Length, draft.Priority, description.Mailbox, replaced) is not { } evicted)
            throw new M2MException(ErrorCode.ResourceExhausted, $"the mailbox of {core.Id} is full: {core.Mailbox.Count} messages, {core.Mailbox.Bytes} bytes");
        foreach (var item in replaced) turn.End(item, Outcome.Superseded, $"by {Names.Messages}{record.Id}");
        foreach (var item in evicted) turn.End(item, Outcome.Evicted, $"the mailbox is full; gave way to {Names.Messages}{record.Id}");
        if (record.Latest is { } latest)
            record = await core.Services.Planner.PlaceAsync(core.Sharing.Over(description), record, LastChance.Of(core, record, latest), () => delivering.Paths.ForAsync(record));
        var quality = await delivering.Quality.AdmitAsync(core.Sharing.Over(description), record, () => delivering.Paths.ForAsync(record));
        turn.Accepted.Add(record);
        turn.State = turn.State with { Messages = turn.State.Messages + 1, MessageBytes = turn.State.MessageBytes + draft.Payload.Length };
        await CommitAsync(turn, record, quality);
        mismatches = [.. mismatches, .. Quality.MismatchOf(quality)];
        await delivering.PumpAsync();
        delivering.Notify();
        return new(record, [.. said, .. await WarningsAsync(record, mismatches)], mismatches.Count == 0 ? null : mismatches);
    }

    private async ValueTask CommitAsync(Turn turn, MessageRecord record, QosView? quality)
    {
        try
        {
            await core.CommitAsync(turn);
        }
        catch
        {
            core.Services.Qos.Release(record, quality);
            throw;
        }

        if (quality is not null && core.Mailbox.Find(record.Id) is { } item) delivering.Quality.Hear(item, quality);
    }

    public async ValueTask<MessageRecord> CancelAsync(string actor, MessageId id)
    {
        await core.LoadExistingAsync();
        if (core.Mailbox.Find(id) is not { } item)
        {
            var ended = await core.Services.Messages.FindAsync(id, CancellationToken.None);
            if (ended is null || ended.Target != Names.Objects + core.Id) throw M2MException.NotFound(Names.Messages + id);
            throw new M2MException(ErrorCode.FailedPrecondition, $"the message ended {ended.Outcome.ToString()!.ToUpperInvariant()} already");
        }

        var turn = core.Begin();
        if (Participating.Cancel(turn, core, item, actor))
        {
            turn.Act(actor, "message.cancel", id.ToString());
            await core.CommitAsync(turn);
            await delivering.PumpAsync();
            delivering.Notify();
            return item.Record;
        }

        turn.End(item, Outcome.Cancelled, item.IsUnderWay ? $"by {actor}; it was under way and may have arrived" : $"by {actor}");
        turn.Act(actor, "message.cancel", id.ToString());
        await core.CommitAsync(turn);
        delivering.Notify();
        return turn.Ended[0];
    }

    public async ValueTask<Explanation> ExplainAsync(MessageId id)
    {
        await core.LoadExistingAsync();
        if (core.Mailbox.Find(id) is not { } item)
        {
            var record = await core.Services.Messages.FindAsync(id, CancellationToken.None);
            return record is not null ? Explaining.Ended(record) : throw M2MException.NotFound(Names.Messages + id);
        }

        var ahead = core.Mailbox.InOrder.TakeWhile(other => other != item).Count();
        if (!item.IsUnderWay && item.Record.IsOpen(core.Now)) item.Paths = await delivering.Paths.ViewAsync(item) ?? item.Paths;
        var route = await delivering.Paths.ForAsync(item.Record);
        return Explaining.Waiting(core, item, ahead, route);
    }

    private async ValueTask<IReadOnlyList<string>> WarningsAsync(MessageRecord record, IReadOnlyList<Mismatch> mismatches)
    {
        var warnings = new List<string>();
        if (SmsWay.WarningOf(core, record) is { } warning) warnings.Add(warning);
        // The SMSC stores what a phone that is off shall have.
        var isPhone = SmsWay.IsPhone(core.Description!, core.State);
        var reachability = isPhone ? Reachability.Reachable : core.Reachability(core.Now.ToUnixTimeMilliseconds()).State;
        var tellsDelay = mismatches.Any(mismatch => mismatch.Attribute == ServiceAttributes.Delay);
        if (reachability == Reachability.Unknown && !tellsDelay) warnings.Add("the object was never heard of");
        if (reachability is Reachability.Overdue or Reachability.Unreachable && !tellsDelay) warnings.Add($"the object is {reachability.ToString().ToLowerInvariant()}");
        if (reachability == Reachability.Reachable && !isPhone && record.Command is not null && await delivering.Paths.ForAsync(record) is null)
            warnings.Add("the object has no open channel that takes requests; the command waits in its mailbox");
        if (record.Plan is { HasRoom: false } plan) warnings.Add($"the budget of {plan.Bearer.ToString().ToUpperInvariant()} is used up until {plan.Latest:u}; the message may leave later");
        warnings.AddRange(mismatches.Select(mismatch => mismatch.Text));
        return warnings;
    }
}
