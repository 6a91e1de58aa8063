using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>The ways over which something can be pushed to the object: its own sessions and addresses, and those of its gateway.</summary>
internal sealed class Paths(ObjectCore core)
{
    private string? _latestAddress;

    /// <summary>The object was heard of: its address may be another one now.</summary>
    public void Heard(Speaker speaker)
    {
        // Messages go there: who merely claims to be the object must be one who may fetch them.
        if (speaker.Bearer == Bearer.Coap && speaker.ObjectId == core.Id && (speaker.Strength > Strength.Claimed || core.Description?.Plain == PlainAccess.Full))
            _latestAddress = speaker.Address;
    }

    /// <summary>The object is gone, and another of the same id may come.</summary>
    public void Forget() => _latestAddress = null;

    public static bool Carries(Channel channel, MessageRecord message) =>
        (message.Terms?.Paths?.Allows(channel.Bearer) ?? true)
        && (!channel.Traits.HasFlag(ChannelTraits.OnDemand) || message.Terms?.Paths?.Names(channel.Bearer) == true)
        // What is only to be prepared looks like an order in a text.
        && (channel.Bearer != Bearer.Sms || message.Transaction is null)
        && (channel.Bearer != Bearer.Sms || SmsBearer.MismatchOf(message, toPhone: !channel.Traits.HasFlag(ChannelTraits.OnDemand)) is null)
        && (channel.Traits.HasFlag(ChannelTraits.Messages) || (channel.Traits.HasFlag(ChannelTraits.Requests) && message.Command is not null));

    public static bool Carries(Channel channel, MailboxItem item) => !(item.IsBarredFromSms && channel.Bearer == Bearer.Sms) && Carries(channel, item.Record);

    /// <summary>Over which channel the message would go now, if over any.</summary>
    public async ValueTask<Channel?> ForAsync(MessageRecord message) => core.Description is { } description
        ? (await NowAsync(description, core.Now.ToUnixTimeMilliseconds())).FirstOrDefault(channel => Carries(channel, message))
        : null;

    /// <summary>The channels over which something can be pushed now, the preferred ones first.</summary>
    public async ValueTask<IReadOnlyList<Channel>> NowAsync(ObjectDescription description, long nowMs)
    {
        if (core.IsSuspended) return [];
        IReadOnlyList<Channel> channels = SmsWay.ChannelOf(core) is { } sms ? [.. Own(), sms] : Own();
        if (description.Gateway is not { } gateway || (core.TraitsOf(description).Sleeps && !core.Listens(nowMs))) return channels;
        try
        {
            return [.. channels, .. await core.Services.Grains.GetObject(gateway).ChannelsForChild()];
        }
        catch (Exception failure) when (failure is M2MException or TimeoutException or OrleansException or OperationCanceledException)
        {
            // A gateway that cannot be asked now tells its children when it is back.
            return channels;
        }
    }

    /// <summary>The channels of the object's own over which something can be pushed now; a gateway's serve its children too.</summary>
    public IReadOnlyList<Channel> Own()
    {
        if (core.IsSuspended) return [];
        var channels = core.Channels.All.Where(channel => channel.Bearer == Bearer.Mqtt).ToList();
        if (core.Description is { } description && core.Listens(core.Now.ToUnixTimeMilliseconds()) && RequestChannel(description) is { } requests)
            channels.Add(requests);
        if (core.Description is { } described && core.TraitsOf(described).SendOnly is { Bearers.Count: > 0 } sendOnly) channels.RemoveAll(channel => sendOnly.Includes(channel.Bearer));
        return channels;
    }

    /// <summary>An address translator may have changed its mind: where the object was heard of last is tried next.</summary>
    public void TryLatestAddress(MailboxItem item)
    {
        if (item.Over is not { Bearer: Bearer.Coap } over || _latestAddress is null || _latestAddress == over.Session) return;
        // A gateway's address is not the object's own.
        if (core.Description?.Registration?.Address == over.Session || core.Channels.All.Any(channel => channel.Session == over.Session))
            core.Channels.Attach(over with { Session = _latestAddress }, core.Id, core.State.Epoch);
    }

    /// <summary>A registered CoAP address outlives a restart, so the channel to it is found anew.</summary>
    private Channel? RequestChannel(ObjectDescription description)
    {
        var open = core.Channels.All.FirstOrDefault(channel => channel.Bearer == Bearer.Coap && channel.Traits.HasFlag(ChannelTraits.Requests));
        if (open is not null) return open;
        return description.Registration is { Bearer: Bearer.Coap, Links.Length: > 0, Address.Length: > 0 } registration
            && core.Services.Edges.Find(Bearer.Coap, registration.Silo) is { } edge
            ? new(edge, registration.Address, Bearer.Coap, ChannelTraits.Requests)
            : null;
    }
}
