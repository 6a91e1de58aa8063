using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>The mailbox as the object uses it: list, fetch, give the result.</summary>
internal sealed class Mailing(ObjectCore core, Access access, Delivering delivering)
{
    // A gateway's list is one CoAP resource; what does not fit shows once the first are dealt with.
    private const int MaxChildEntries = 500;

    public async ValueTask<ImmutableArray<MailboxEntry>> ListAsync(Speaker speaker)
    {
        var description = await ContactAsync(speaker);
        var entries = core.Mailbox.InOrder
            .Where(item => item.Record.ExpiresAt > core.Now)
            .Select(item => new MailboxEntry(item.Record.Id, core.Id, item.Record.ContentType, item.Record.Payload.Length, item.Record.Priority));
        if (description.Kind == ObjectKind.Gateway && speaker.ObjectId == core.Id)
            entries = entries.Concat(await core.Services.Messages.WaitingForChildrenAsync(core.Id, MaxChildEntries, CancellationToken.None));
        return [.. entries];
    }

    public async ValueTask<WaitingMessage?> FetchAsync(Speaker speaker, MessageId? id)
    {
        await ContactAsync(speaker);
        var item = id is { } wanted
            ? core.Mailbox.Find(wanted)
            : core.Mailbox.InOrder.FirstOrDefault(item => item.Record.ExpiresAt > core.Now);
        if (item is null || item.Record.ExpiresAt <= core.Now) return null;
        var message = item.ToWaiting();
        if (!item.Fetched) item.Steps.Add(new(core.Now, $"fetched over {speaker.Bearer.ToString().ToUpperInvariant()}"));
        item.Fetched = true;
        if (item.Record.Confirmation == Confirmation.None)
        {
            var turn = core.Begin();
            turn.End(item, Outcome.Sent, "fetched");
            await core.CommitAsync(turn);
        }

        return message;
    }

    public async ValueTask<ResultReceipt> ResultAsync(Speaker speaker, MessageId id, MessageResult result)
    {
        await core.LoadExistingAsync();
        await access.DemandAsync(speaker, PlainAccess.Full);
        var turn = core.Begin();
        turn.Seen();
        if (core.Mailbox.Find(id) is not { } item) return await LateResultAsync(turn, id, result);
        turn.End(item, result.Ok ? Outcome.Applied : Outcome.Rejected, result.Ok ? null : "the object answered error", result);
        await core.CommitAsync(turn);
        await delivering.ContactAsync(speaker);
        return ResultReceipt.Recorded;
    }

    /// <summary>A result after the end: the first one after a mere delivery is told, the outcome stays.</summary>
    private async ValueTask<ResultReceipt> LateResultAsync(Turn turn, MessageId id, MessageResult result)
    {
        var ended = await core.Services.Messages.FindAsync(id, CancellationToken.None);
        if (ended is null || ended.Target != Contracts.Names.Objects + core.Id) return ResultReceipt.Unknown;
        if (ended.Result is { } former) return former.Same(result) ? ResultReceipt.Repeated : ResultReceipt.Conflict;
        if (ended.Outcome is not (Outcome.Delivered or Outcome.Sent or Outcome.Unknown)) return ResultReceipt.Conflict;
        var answered = ended with { Result = result, Steps = [.. ended.Steps, new(turn.Now, result.Ok ? "result ok" : "result error")] };
        turn.Amended.Add(answered);
        turn.Tell(EventTypes.MessageResult, EventData.Result(answered), answered.Application);
        await core.CommitAsync(turn);
        return ResultReceipt.Recorded;
    }

    private async ValueTask<ObjectDescription> ContactAsync(Speaker speaker)
    {
        await core.LoadExistingAsync();
        await access.DemandAsync(speaker, PlainAccess.Full);
        var turn = core.Begin();
        turn.Seen();
        await core.CommitAsync(turn);
        await delivering.ContactAsync(speaker);
        return core.Description!;
    }
}
