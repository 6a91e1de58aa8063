using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>The object as a subscriber of a mobile network: parts of what it says, and receipts of what was said to it.</summary>
internal sealed class Subscribing(ObjectCore core, Access access, Settling settling)
{
    // As much as the longest message has: 255 parts.
    private const int MaxPartBytes = 40 << 10;

    public async ValueTask<byte[]?> GatherAsync(Speaker speaker, ReportPart part)
    {
        await core.LoadExistingAsync();
        await access.DemandAsync(speaker, PlainAccess.Reports);
        if (part.Total is < 2 or > 255 || part.Number < 1 || part.Number > part.Total || part.Payload.Length > MaxPartBytes)
            throw M2MException.Invalid("part", "is none of 2 to 255");
        var turn = core.Begin();
        var parts = Incomplete.Expire(turn, core);
        if (parts.Exists(other => other.Gathering == part.Gathering && other.IsDone)) return null;
        var former = parts.Find(other => other.Gathering == part.Gathering && other.Number == part.Number);
        var known = former?.Payload.AsSpan().SequenceEqual(part.Payload) == true;
        // The same number with other content is of another message.
        if (former is not null && !known) GiveUp(part.Gathering);
        if (!known) parts.Add(new(part.Gathering, part.Number, turn.NowMs, part.Payload));
        while (parts.Sum(other => other.Payload.Length) > MaxPartBytes)
        {
            GiveUp(parts[0].Gathering);
        }

        turn.Seen(bySms: true);
        turn.State = turn.State with { Sms = SmsState.WithParts(turn.State.Sms, [.. parts]) };
        if (!known) await core.CommitAsync(turn);
        var own = parts.Where(other => other.Gathering == part.Gathering).OrderBy(other => other.Number).ToList();
        return own.Count == part.Total ? [.. own.SelectMany(other => other.Payload)] : null;

        void GiveUp(string gathering)
        {
            Incomplete.Keep(turn, core, parts.Where(other => other.Gathering == gathering));
            parts.RemoveAll(other => other.Gathering == gathering);
        }
    }

    /// <summary>The report that was made of the parts is stored in this turn.</summary>
    public static void Report(Turn turn, ReportDraft report)
    {
        if (report.Gathered is { } gathering && turn.State.Sms is { } sms)
            turn.State = turn.State with { Sms = SmsState.WithParts(sms, [.. sms.Parts.Where(part => part.Gathering != gathering), GatheredPart.Done(gathering, turn.NowMs)]) };
    }

    public async ValueTask<bool> SubmittingAsync(MessageId message, long attempt, int parts)
    {
        await core.LoadAsync();
        if (core.Description is null || core.Mailbox.Find(message)?.Find(attempt) is not { IsStored: false }) return false;
        var turn = core.Begin();
        turn.State = turn.State with { Sms = SmsState.With(turn.State.Sms, new(message, attempt, [], [], false, parts, turn.NowMs)) };
        await core.CommitAsync(turn);
        return true;
    }

    public async ValueTask<ReceiptStanding> ReceiptAsync(DeliveryReceipt receipt)
    {
        await core.LoadAsync();
        if (core.Description is null) return ReceiptStanding.Foreign;
        if (core.State.Sms?.Call is { } call && call.IsOf(receipt.Readings, receipt.Reference))
        {
            await WakeUps.HeardAsync(core, call, call.After(receipt), receipt.Detail);
            return ReceiptStanding.Recorded;
        }

        if (await FindAsync(receipt) is not { } stored || core.Mailbox.Find(stored.Message) is not { } item)
        {
            var isEarly = (core.State.Sms?.Call is { Standing: CallStanding.Begun } && core.State.WokenAt > core.Now.ToUnixTimeMilliseconds() - (long)Turn.AttemptDeadline.TotalMilliseconds) || core.Mailbox.InOrder.Any(other => other.Attempts.Any(attempt => attempt is { IsStored: false, Route.Bearer: Bearer.Sms }));
            return isEarly ? ReceiptStanding.Early : ReceiptStanding.Foreign;
        }

        if (stored.IsDelivered || (item.Find(stored.Attempt) is { IsStored: false } && !stored.IsInDoubt)) return ReceiptStanding.Recorded;
        var isLate = item.Find(stored.Attempt) is null;
        switch (receipt.State)
        {
            case ReceiptState.Delivered:
                await ArrivedAsync(stored, item, receipt, isLate);
                break;
            case var _ when isLate:
                // What goes on meanwhile decides.
                item.Steps.Add(new(core.Now, $"{receipt.Detail}, of an earlier attempt"));
                break;
            case ReceiptState.Expired:
                await settling.SettleAsync(stored.Message, stored.Attempt, new(SettlementKind.Lost, Detail: receipt.Detail));
                break;
            case ReceiptState.Undeliverable:
                await settling.SettleAsync(stored.Message, stored.Attempt, new(SettlementKind.Undeliverable, Detail: receipt.Detail));
                break;
            default:
                // Not the end, or one that leaves open whether it arrived: it waits on.
                item.Steps.Add(new(core.Now, receipt.Detail));
                break;
        }

        return ReceiptStanding.Recorded;
    }

    /// <summary>Only when all parts arrived the message did.</summary>
    private async ValueTask ArrivedAsync(StoredMessage stored, MailboxItem item, DeliveryReceipt receipt, bool isLate)
    {
        var arrived = stored.Arrived.Union(stored.References.Where(receipt.Readings.Contains)).ToImmutableArray();
        var parts = Math.Max(stored.Parts, stored.References.Length);
        if (arrived.Length == parts && isLate)
        {
            await settling.ArrivedLateAsync(item, stored, $"{receipt.Detail}, of an earlier attempt");
            return;
        }

        if (arrived.Length == parts)
        {
            await settling.SettleAsync(stored.Message, stored.Attempt, new(SettlementKind.Acknowledged, Detail: receipt.Detail));
            return;
        }

        if (arrived.Length == stored.Arrived.Length) return;
        var turn = core.Begin();
        turn.State = turn.State with { Sms = SmsState.With(turn.State.Sms, stored with { Arrived = arrived }) };
        await core.CommitAsync(turn);
        item.Steps.Add(new(turn.Now, $"{receipt.Detail}: {arrived.Length} of {parts} parts"));
    }

    /// <summary>The message that the receipt is about: by the SMSC's id, or by what was given along of one that is in doubt, which has the id from then on.</summary>
    private async ValueTask<StoredMessage?> FindAsync(DeliveryReceipt receipt)
    {
        if (SmsState.Find(core.State.Sms, receipt.Readings) is { } known) return known;
        if (SmsState.FindInDoubt(core.State.Sms, receipt.Reference) is not { } inDoubt || core.Mailbox.Find(inDoubt.Message) is not { } item) return null;
        ImmutableArray<string> references = [.. inDoubt.References, receipt.Readings[0]];
        var found = inDoubt with { References = references, Begun = references.Length >= inDoubt.Parts ? 0 : inDoubt.Begun };
        var turn = core.Begin();
        turn.State = turn.State with { Sms = SmsState.With(turn.State.Sms, found) };
        await core.CommitAsync(turn);
        if (!found.IsInDoubt && item.Find(found.Attempt) is { } attempt) item.Store(attempt);
        return found;
    }
}
