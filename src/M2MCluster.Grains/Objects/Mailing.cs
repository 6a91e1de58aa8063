using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Transactions;

namespace M2MCluster.Grains.Objects;

/// <summary>The mailbox as the object uses it: list, fetch, give the result.</summary>
internal sealed class Mailing(ObjectCore core, Access access, Delivering delivering)
{
    // A gateway's list is one CoAP resource; what does not fit shows once the first are dealt with.
    private const int MaxChildEntries = 500;

    public async ValueTask<ImmutableArray<MailboxEntry>> ListAsync(Speaker speaker)
    {
        var turn = await EnterAsync(speaker);
        await core.CommitAsync(turn);
        await delivering.ContactAsync(speaker);
        var entries = core.Mailbox.InOrder
            .Where(item => core.MayHave(item.Record, core.Now))
            .Select(item => new MailboxEntry(item.Record.Id, core.Id, item.Record.ContentType, item.Record.Payload.Length, item.Record.Priority, TransactionMark.Of(item.Record)));
        if (turn.Description.Kind == ObjectKind.Gateway && speaker.ObjectId == core.Id)
            entries = entries.Concat(await ShownAsync(await core.Services.Messages.WaitingForChildrenAsync(core.Id, core.Now, MaxChildEntries, CancellationToken.None)))
                .OrderByDescending(entry => entry.Priority);
        return [.. entries];
    }

    /// <summary>Without those that are held back from the children.</summary>
    private async ValueTask<IEnumerable<MailboxEntry>> ShownAsync(IReadOnlyList<MailboxEntry> entries)
    {
        if (entries.Count == 0) return entries;
        var children = await core.Services.States.PeekObjectsAsync([.. entries.Select(entry => entry.ObjectId).Distinct()]);
        var held = new HashSet<MessageId>();
        foreach (var child in children.Values)
        {
            var constrained = child.Waiting.Where(message => message.Terms is not null).ToList();
            if (constrained.Count == 0) continue;
            var conditions = core.Services.Serializer.Deserialize(child.State.Body)!.Conditions;
            held.UnionWith(constrained.Where(message => !core.Services.Constraints.Allow(message, child.Description, conditions, core.Now)).Select(message => message.Id));
        }

        return entries.Where(entry => !held.Contains(entry.Id));
    }

    public async ValueTask<WaitingMessage?> FetchAsync(Speaker speaker, MessageId? id)
    {
        var turn = await EnterAsync(speaker);
        var item = id is { } wanted ? core.Mailbox.Find(wanted) : Next(speaker.Bearer, turn.Now);
        if (item is not null && !core.MayHave(item.Record, turn.Now)) item = null;
        var tooLarge = item is null ? null : Fitting.RefusalOf(core, speaker.Bearer, item.Record.Payload.Length);
        if (tooLarge is not null) item = null;
        if (item is not null && !await delivering.Quality.MayFetchAsync(item, speaker.Bearer)) item = null;
        var until = item is null ? null : await delivering.Admission.AwaitFetchAsync(item, speaker.Bearer, turn.Now);
        if (until is not null) item = null;
        if (item?.Record.Confirmation == Confirmation.None) turn.End(item, Outcome.Sent, "fetched", how: (speaker.Bearer, AttemptResult.Fetched));
        if (item is not null) Anycasting.Try(turn, item);
        if (item is not null) Participating.HandOut(turn, item);
        await core.CommitAsync(turn);
        if (item is not null)
        {
            item.Try();
            if (!item.Fetched) item.Steps.Add(new(turn.Now, $"fetched over {speaker.Bearer.ToString().ToUpperInvariant()}"));
            Settling.Fetch(item, turn, speaker.Bearer);
            core.Services.Delivery.Attempted(speaker.Bearer, AttemptResult.Fetched);
            MessageTrace.Step(item.Record, "m2m message fetched", "m2m.bearer", speaker.Bearer.ToString());
        }

        await delivering.ContactAsync(speaker);
        if (tooLarge is not null) throw new M2MException(ErrorCode.TooLarge, tooLarge);
        if (until is { } at) throw M2MException.NotBefore(at - core.Now, $"the budget of {speaker.Bearer.ToString().ToUpperInvariant()} is used up until {at:u}");
        return item?.ToWaiting();
    }

    /// <summary>What is under way by a push comes last: the object may be about to have it.</summary>
    private MailboxItem? Next(Bearer bearer, DateTimeOffset now)
    {
        var waiting = core.Mailbox.InOrder.Where(item => core.MayHave(item.Record, now) && Fitting.RefusalOf(core, bearer, item.Record.Payload.Length) is null);
        return waiting.FirstOrDefault(item => !item.IsPushed) ?? waiting.FirstOrDefault();
    }

    public async ValueTask<ResultReceipt> ResultAsync(Speaker speaker, MessageId id, MessageResult result)
    {
        await core.LoadExistingAsync();
        await access.DemandAsync(speaker, PlainAccess.Full);
        var turn = core.Begin();
        turn.Seen(speaker);
        if (core.Mailbox.Find(id) is not { } item) return await LateResultAsync(turn, id, result);
        if (Participating.Repeated(item.Record, result) is { } receipt) return receipt;
        if (!Participating.Answer(turn, core, item, result, result.Ok ? null : "the object answered error"))
            turn.End(item, result.Ok ? Outcome.Applied : Outcome.Rejected, result.Ok ? null : "the object answered error", result);
        await core.CommitAsync(turn);
        MessageTrace.Step(item.Record, "m2m message result", "m2m.ok", result.Ok ? "true" : "false");
        await delivering.ContactAsync(speaker);
        if (turn.Ended.Count > 0) delivering.Notify(speaker);
        return ResultReceipt.Recorded;
    }

    /// <summary>A result after the end: the first one after a mere delivery is told, the outcome stays.</summary>
    private async ValueTask<ResultReceipt> LateResultAsync(Turn turn, MessageId id, MessageResult result)
    {
        var ended = await core.Services.Messages.FindAsync(id, CancellationToken.None);
        if (ended is null || ended.Target != Contracts.Names.Objects + core.Id || id.Value < core.State.CreatedBy) return ResultReceipt.Unknown;
        if (ended.Result is { } former) return former.Same(result) ? ResultReceipt.Repeated : ResultReceipt.Conflict;
        if (ended.Outcome is not (Outcome.Delivered or Outcome.Sent or Outcome.Unknown)) return ResultReceipt.Conflict;
        var answered = ended with { Result = result, Trail = (ended.Trail ?? MessageTrail.Empty) with { AnsweredAt = turn.Now }, Steps = [.. ended.Steps, new(turn.Now, result.Ok ? "result ok" : "result error")] };
        turn.Amended.Add(answered);
        turn.TellSender(answered, EventTypes.MessageResult, EventData.Result(answered));
        await core.CommitAsync(turn);
        return ResultReceipt.Recorded;
    }

    /// <summary>A turn in which the object was heard of.</summary>
    private async ValueTask<Turn> EnterAsync(Speaker speaker)
    {
        await core.LoadExistingAsync();
        await access.DemandAsync(speaker, PlainAccess.Full);
        var turn = core.Begin();
        if (!speaker.IsGone) turn.Seen();
        return turn;
    }
}
