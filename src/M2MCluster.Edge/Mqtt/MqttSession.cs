using System.Collections.Concurrent;
using System.Collections.Immutable;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary>An admitted connection: who speaks on it and what goes back over it. It lives as long as the connection and is kept nowhere.</summary>
#pragma warning disable CA1001 // A token source without timer or links holds nothing, and grains may still deliver to a session that just ended.
internal sealed class MqttSession(string name, Speaker speaker, string clientId, MqttPipe pipe, MqttEdge edge, int inFlight)
#pragma warning restore CA1001
{
    /// <summary>Between the session's name and a child's id in the name of the child's channel.</summary>
    public const char ChildSeparator = '/';

    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _lock = new();
    private bool? _isGateway;
    private long _attachedAt;

    /// <summary>Names the session within the cluster; never used again.</summary>
    public string Name => name;

    /// <summary>As of the last attachment.</summary>
    public Speaker Speaker => speaker with { Epoch = Epoch, IsGone = IsGone };

    public string ObjectId => speaker.ObjectId;

    /// <summary>As the client gave it; a part of the name of an exchange, and nothing else depends on it.</summary>
    public string ClientId => clientId;

    public bool IsVersion5 => pipe.IsVersion5;

    public MqttSubscriptions Subscriptions { get; } = new(edge.Options.MaxChildren);

    public MqttOutbox Outbox { get; } = new(inFlight);

    /// <summary>Children that are attached over this session, with the epochs of their channels.</summary>
    public ConcurrentDictionary<string, long> Children { get; } = new(StringComparer.Ordinal);

    /// <summary>The epoch that the grain gave to the channel last.</summary>
    public long Epoch { get; private set; }

    /// <summary>Whether the grain has not been told of the channel for so long that it may have forgotten it: it lives in the memory of a node, and nodes die.</summary>
    public bool IsLeaseOld => edge.Time.GetElapsedTime(_attachedAt) > edge.Options.ChannelLease;

    /// <summary>Cancelled when the connection ends, for whatever reason.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Whether its channels are taken back; what is said in its name after that is the client's will.</summary>
    public bool IsGone { get; set; }

    /// <summary>Why the server ended it; null if it did not, or has nothing to say.</summary>
    public MqttDisconnectReasonCode? EndReason { get; private set; }

    /// <summary>Leaves the channel with the object's grain, with what it can carry now.</summary>
    public async ValueTask Attach(ImmutableSortedDictionary<string, string>? provided)
    {
        _attachedAt = edge.Time.GetTimestamp();
        Epoch = await edge.ObjectOf(ObjectId).Attach(speaker, Channel(name, Subscriptions.TakesMessages), provided);
    }

    /// <summary>
    /// Leaves a channel with a child's grain. It has a name of its own, so that what ends it (the child connects by itself, or by another gateway) does not end the
    /// gateway's session.
    /// </summary>
    public async ValueTask AttachChild(string child, ImmutableSortedDictionary<string, string>? provided) =>
        Children[child] = await edge.ObjectOf(child).Attach(
            speaker, Channel($"{name}{ChildSeparator}{child}", Subscriptions.MailboxQuality(child) is not null), provided);

    /// <summary>Leaves the channel again with a grain that may have forgotten it. False: another session has taken over.</summary>
    public async ValueTask<bool> Resume()
    {
        // Its first Attach is under way, or the grain is being told of its end.
        if (Epoch == 0 || _ended.IsCancellationRequested) return true;
        _attachedAt = edge.Time.GetTimestamp();
        return await edge.ObjectOf(ObjectId).Resume(speaker, Channel(name, Subscriptions.TakesMessages), Epoch);
    }

    /// <summary>The same for a child's channel; true also if the child is not attached any more.</summary>
    public async ValueTask<bool> ResumeChild(string child) =>
        _ended.IsCancellationRequested || !Children.TryGetValue(child, out var epoch) || await edge.ObjectOf(child).Resume(
            speaker, Channel($"{name}{ChildSeparator}{child}", Subscriptions.MailboxQuality(child) is not null), epoch);

    /// <summary>Asked of the grain once: what an object is does not change.</summary>
    public async ValueTask<bool> IsGateway() =>
        _isGateway ??= (await edge.ObjectOf(ObjectId).Get()).Description.Kind == ObjectKind.Gateway;

    public ValueTask<MqttWriteStatus> Send(MqttPacket packet) => pipe.Write(packet, _ended.Token);

    /// <summary>Ends the connection; the first reason is the one that the client is told.</summary>
    public void End(MqttDisconnectReasonCode? reason)
    {
        lock (_lock)
        {
            if (_ended.IsCancellationRequested) return;
            EndReason = reason;
            _ended.Cancel();
        }

        pipe.StopReading();
    }

    private Channel Channel(string session, bool messages) => new(edge.Downlink, session, Bearer.Mqtt, messages ? ChannelTraits.Messages : ChannelTraits.None, edge.Silo);
}
