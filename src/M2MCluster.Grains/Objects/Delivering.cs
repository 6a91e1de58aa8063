using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>Pushes what waits over whatever channel there is, and draws the conclusion from what became of it.</summary>
internal sealed class Delivering(ObjectCore core)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(10);

    private string? _latestAddress;

    /// <summary>The object was heard of: what waits has its chance.</summary>
    public ValueTask ContactAsync(Speaker speaker)
    {
        if (speaker.Bearer == Bearer.Coap && speaker.ObjectId == core.Id) _latestAddress = speaker.Address;
        return core.Mailbox.Count == 0 ? default : PumpAsync();
    }

    /// <summary>Starts as many attempts as the object bears, in order.</summary>
    public async ValueTask PumpAsync()
    {
        if (core.Mailbox.Count == 0 || core.Description is not { } description) return;
        var now = core.Now;
        var nowMs = now.ToUnixTimeMilliseconds();
        var room = core.TraitsOf(description).InFlight - CountInFlight(nowMs);
        if (room <= 0) return;

        var channels = await ChannelsAsync(description, nowMs);
        if (channels.Count == 0) return;
        foreach (var item in core.Mailbox.InOrder.Where(item => item.Attempt == 0).ToList())
        {
            if (item.RetryAt > nowMs || item.Record.ExpiresAt <= now) continue;
            if (channels.FirstOrDefault(candidate => Carries(candidate, item.Record)) is not { } channel) continue;
            var attempt = core.Services.Ids.Next();
            item.Begin(attempt, channel, nowMs);
            item.Steps.Add(new(now, $"pushed over {channel.Bearer.ToString().ToUpperInvariant()}"));
            channel.Edge.Deliver(channel.Session, new(core.Id, attempt, item.ToWaiting())).Ignore();
            if (--room == 0) return;
        }
    }

    /// <summary>Tells observers that the mailbox changed.</summary>
    public void Notify()
    {
        foreach (var channel in core.Channels.All.Where(channel => channel.Traits.HasFlag(ChannelTraits.Notices)))
            channel.Edge.MailboxChanged(channel.Session, core.Id).Ignore();
    }

    /// <summary>What became of an attempt.</summary>
    public async ValueTask SettleAsync(MessageId id, long attempt, Settlement settlement)
    {
        await core.LoadAsync();
        if (core.Mailbox.Find(id) is not { } item || item.Attempt != attempt) return;
        var detail = settlement.Detail;
        var turn = core.Begin();
        switch (settlement.Kind)
        {
            case SettlementKind.Answered:
                turn.Seen();
                turn.End(item, settlement.Result!.Ok ? Outcome.Applied : Outcome.Rejected, detail, settlement.Result);
                break;
            case SettlementKind.Acknowledged when item.Record.Confirmation == Confirmation.Applied:
                turn.Seen();
                item.Steps.Add(new(turn.Now, "acknowledged; its result is awaited"));
                item.Fetched = true;
                Retry(item, turn, LastRetry);
                break;
            case SettlementKind.Acknowledged:
                turn.Seen();
                turn.End(item, item.Record.Confirmation == Confirmation.None ? Outcome.Sent : Outcome.Delivered, detail);
                break;
            case SettlementKind.Sent or SettlementKind.Lost when item.Record.Confirmation == Confirmation.None:
                turn.End(item, Outcome.Sent, detail);
                break;
            case SettlementKind.Busy:
                item.Steps.Add(new(turn.Now, $"the object is busy{(detail is null ? "" : ": " + detail)}"));
                Retry(item, turn, settlement.RetryAfter ?? Backoff(item.Failures));
                break;
            default:
                item.Steps.Add(new(turn.Now, $"no answer{(detail is null ? "" : ": " + detail)}"));
                TryLatestAddress(item);
                Retry(item, turn, Backoff(item.Failures));
                break;
        }

        await core.CommitAsync(turn);
        await PumpAsync();
    }

    /// <summary>The session is gone: what was under way on it waits again.</summary>
    public void Abandon(Channel channel)
    {
        foreach (var item in core.Mailbox.InOrder.Where(item => item.Over is { } over && over.Session == channel.Session && over.Bearer == channel.Bearer))
            item.Reset();
    }

    /// <summary>Over which channel the message would go now, if over any.</summary>
    public async ValueTask<Channel?> RouteAsync(MessageRecord message) => core.Description is { } description
        ? (await ChannelsAsync(description, core.Now.ToUnixTimeMilliseconds())).FirstOrDefault(channel => Carries(channel, message))
        : null;

    private static bool Carries(Channel channel, MessageRecord message) =>
        channel.Traits.HasFlag(ChannelTraits.Messages) || (channel.Traits.HasFlag(ChannelTraits.Requests) && message.Command is not null);

    /// <summary>The channels of the object's own over which something can be pushed now; a gateway's serve its children too.</summary>
    public IReadOnlyList<Channel> OwnChannels()
    {
        var channels = core.Channels.All.Where(channel => channel.Bearer == Bearer.Mqtt).ToList();
        if (core.Description is { } description && core.Listens(core.Now.ToUnixTimeMilliseconds()) && RequestChannel(description) is { } requests)
            channels.Add(requests);
        return channels;
    }

    private async ValueTask<IReadOnlyList<Channel>> ChannelsAsync(ObjectDescription description, long nowMs)
    {
        var channels = OwnChannels();
        if (description.Gateway is not { } gateway || (core.TraitsOf(description).Sleeps && !core.Listens(nowMs))) return channels;
        return [.. channels, .. await core.Services.Grains.GetObject(gateway).ChannelsForChild()];
    }

    /// <summary>A registered CoAP address outlives a restart, so the channel to it is found anew.</summary>
    private Channel? RequestChannel(ObjectDescription description)
    {
        var open = core.Channels.All.FirstOrDefault(channel => channel.Bearer == Bearer.Coap && channel.Traits.HasFlag(ChannelTraits.Requests));
        if (open is not null) return open;
        return description.Registration is { Bearer: Bearer.Coap, Links.Length: > 0, Address.Length: > 0 } registration
            && core.Services.Edges.Find(Bearer.Coap) is { } edge
            ? new(edge, registration.Address, Bearer.Coap, ChannelTraits.Requests)
            : null;
    }

    /// <summary>An address translator may have changed its mind: where the object was heard of last is tried next.</summary>
    private void TryLatestAddress(MailboxItem item)
    {
        if (item.Over is not { Bearer: Bearer.Coap } over || _latestAddress is null || _latestAddress == over.Session) return;
        core.Channels.Attach(over with { Session = _latestAddress }, core.State.Epoch);
    }

    private int CountInFlight(long nowMs)
    {
        var count = 0;
        foreach (var item in core.Mailbox.InOrder.Where(item => item.Attempt != 0))
        {
            if (nowMs - item.AttemptedAt >= Turn.AttemptDeadline.TotalMilliseconds) item.Fail(nowMs);
            else count++;
        }

        return count;
    }

    private static void Retry(MailboxItem item, Turn turn, TimeSpan after)
    {
        var at = turn.NowMs + (long)after.TotalMilliseconds;
        item.Fail(at);
        turn.WakeBy(at);
    }

    private static TimeSpan Backoff(int failures) =>
        TimeSpan.FromTicks(Math.Min(FirstRetry.Ticks << Math.Min(failures, 10), LastRetry.Ticks));
}
