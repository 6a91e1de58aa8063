using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>
/// The ways back to one object that edges left here. MQTT has one session, the later taking over; CoAP has the endpoint that takes
/// requests and a few observers of the mailbox.
/// </summary>
/// <param name="isGone">Whether a run of a silo has ended: its channels count no more, though nobody said that they ended.</param>
internal sealed class Channels(Func<string?, bool> isGone)
{
    private const int MaxObservers = 4;

    private static readonly List<(Channel Channel, string Owner, long Epoch)> None = [];

    // Never changed while it is the one that all without channels share.
    private List<(Channel Channel, string Owner, long Epoch)> _entries = None;

    public bool Any => All.Any();

    /// <summary>Whether a session is open that tells when it ends.</summary>
    public bool IsConnected => _entries.Exists(entry => entry.Channel.Bearer == Bearer.Mqtt && !isGone(entry.Channel.Silo));

    public IEnumerable<Channel> All => _entries.Select(entry => entry.Channel).Where(channel => !isGone(channel.Silo));

    /// <summary>The epoch of the session that this channel continues, or 0 if it begins one.</summary>
    public long EpochOf(Channel channel) =>
        _entries.Find(entry => entry.Channel.Bearer == channel.Bearer && entry.Channel.Session == channel.Session).Epoch;

    /// <summary>Whose session it is: the object's own, or its gateway's; null if it is none of these.</summary>
    public string? OwnerOf(Channel channel) =>
        _entries.Find(entry => entry.Channel.Bearer == channel.Bearer && entry.Channel.Session == channel.Session).Owner;

    /// <summary>Adds or refreshes a channel; returns those that it displaces.</summary>
    /// <param name="owner">Whose session it is: the object's own, or its gateway's.</param>
    public IReadOnlyList<Channel> Attach(Channel channel, string owner, long epoch)
    {
        if (_entries == None) _entries = [];
        _entries.RemoveAll(entry => entry.Channel.Bearer == channel.Bearer && entry.Channel.Session == channel.Session);
        var displaced = _entries.Where(entry => Displaces(channel, entry.Channel)).Select(entry => entry.Channel).ToList();
        _entries.RemoveAll(entry => displaced.Contains(entry.Channel));
        _entries.Add((channel, owner, epoch));

        var observers = _entries.Where(entry => entry.Channel.Traits == ChannelTraits.Notices).ToList();
        if (observers.Count > MaxObservers)
        {
            _entries.Remove(observers[0]);
            displaced.Add(observers[0].Channel);
        }

        return displaced;
    }

    /// <summary>Removes the session of this epoch; null if it is not there any more.</summary>
    public Channel? Detach(Bearer bearer, long epoch)
    {
        var index = _entries.FindIndex(entry => entry.Channel.Bearer == bearer && entry.Epoch == epoch);
        if (index < 0) return null;
        var channel = _entries[index].Channel;
        _entries.RemoveAt(index);
        if (_entries.Count == 0) _entries = None;
        return channel;
    }

    /// <summary>Removes the channels over the bearer.</summary>
    public IReadOnlyList<Channel> Clear(Bearer bearer) => Remove(entry => entry.Channel.Bearer == bearer);

    /// <summary>Removes the endpoint that takes requests, if it is of the owner's own registration.</summary>
    public IReadOnlyList<Channel> ClearEndpoint(string owner) => Remove(entry => entry.Owner == owner && entry.Channel is { Bearer: Bearer.Coap } channel && channel.Traits.HasFlag(ChannelTraits.Requests));

    /// <summary>Removes the channels that are neither of the object's own sessions nor of the gateway's.</summary>
    public IReadOnlyList<Channel> KeepOnly(string objectId, string? gateway) => Remove(entry => entry.Owner != objectId && entry.Owner != gateway);

    public IReadOnlyList<Channel> Clear() => Remove(_ => true);

    private List<Channel> Remove(Predicate<(Channel Channel, string Owner, long Epoch)> which)
    {
        if (_entries == None) return [];
        var removed = _entries.FindAll(which).ConvertAll(entry => entry.Channel);
        _entries.RemoveAll(which);
        if (_entries.Count == 0) _entries = None;
        return removed;
    }

    private static bool Displaces(Channel later, Channel former) =>
        later.Bearer == former.Bearer
        && (later.Bearer == Bearer.Mqtt || (later.Traits.HasFlag(ChannelTraits.Requests) && former.Traits.HasFlag(ChannelTraits.Requests)));
}
