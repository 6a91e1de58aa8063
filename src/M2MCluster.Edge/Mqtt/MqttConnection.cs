using System.Globalization;
using System.Text;
using System.Threading.Channels;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Sessions;
using Microsoft.Extensions.Logging;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary>
/// The life of an admitted connection. One loop reads and answers what needs no grain; what a grain must decide goes, in its order, through a bounded queue to a second
/// loop. When the queue is full, reading pauses, and TCP tells the client.
/// </summary>
/// <param name="will">What is published if the client does not take its leave.</param>
/// <param name="closed">
/// When the peer closed its end. What it sent before is still read, its DISCONNECT perhaps among it; only while reading is paused does this end the session, so that
/// nobody goes on trying for a client that is gone.
/// </param>
/// <param name="stopping">When this node stops.</param>
internal sealed class MqttConnection(
    MqttSession session, MqttPipe pipe, MqttPublishPacket? will, MqttEdge edge, MqttServices services, ILogger logger, CancellationToken closed, CancellationToken stopping)
{
    private const int DetachTries = 50;

    private readonly Channel<MqttPacket> _work = System.Threading.Channels.Channel.CreateBounded<MqttPacket>(
        new BoundedChannelOptions(edge.Options.Window) { SingleReader = true, SingleWriter = true });
    private readonly HashSet<ushort> _unreleased = [];
    private bool _leftInOrder;
    private bool _waivesWill;

    /// <param name="keepAlive">Seconds; zero for none.</param>
    public async Task Run(int keepAlive)
    {
        var working = Work();
        using (var watch = new MqttKeepAlive(edge.Time, keepAlive, () => session.End(MqttDisconnectReasonCode.KeepAliveTimeout)))
        {
            await Read(watch);
        }

        session.End(null);
        _work.Writer.Complete();
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), edge.Time))
        {
            await pipe.Finish(session.EndReason is { } reason && pipe.IsVersion5 ? new MqttDisconnectPacket { ReasonCode = reason } : null, patience.Token);
        }

        await working;
        await Detach();
        // Only now: as long as the session is attached, what waits would be pushed into it.
        session.IsGone = true;
        await Bequeath();
    }

    private async Task Read(MqttKeepAlive watch)
    {
        while (!session.Ended.IsCancellationRequested)
        {
            var read = await pipe.Read(session.Ended);
            watch.Heard();
            switch (read.Status)
            {
                case MqttReadStatus.Packet:
                    if (await Handle(read.Packet!, watch)) continue;
                    return;
                case MqttReadStatus.Malformed:
                    session.End(MqttDisconnectReasonCode.MalformedPacket);
                    return;
                case MqttReadStatus.TooLarge:
                    session.End(MqttDisconnectReasonCode.PacketTooLarge);
                    return;
                default:
                    return;
            }
        }
    }

    /// <summary>False: nothing more is read.</summary>
    private async ValueTask<bool> Handle(MqttPacket packet, MqttKeepAlive watch)
    {
        switch (packet)
        {
            case MqttPingReqPacket:
                if (session.IsLeaseOld) _work.Writer.TryWrite(packet);
                return await session.Send(MqttPingRespPacket.Instance) == MqttWriteStatus.Written;
            case MqttPubAckPacket acknowledgement:
                _ = services.Downlink.Acknowledged(session, acknowledgement);
                return true;
            case MqttDisconnectPacket leave:
                _leftInOrder = true;
                _waivesWill = leave.ReasonCode != MqttDisconnectReasonCode.DisconnectWithWillMessage;
                return false;
            case MqttPublishPacket { TopicAlias: not 0 }:
                session.End(MqttDisconnectReasonCode.TopicAliasInvalid);
                return false;
            case MqttSubscribePacket { SubscriptionIdentifier: not 0 }:
                session.End(MqttDisconnectReasonCode.SubscriptionIdentifiersNotSupported);
                return false;
            case MqttPublishPacket { QualityOfServiceLevel: not MqttQualityOfServiceLevel.AtMostOnce, PacketIdentifier: 0 }:
            case MqttSubscribePacket { PacketIdentifier: 0 } or MqttSubscribePacket { TopicFilters.Count: 0 }:
            case MqttUnsubscribePacket { PacketIdentifier: 0 } or MqttUnsubscribePacket { TopicFilters.Count: 0 }:
                session.End(MqttDisconnectReasonCode.MalformedPacket);
                return false;
            case MqttPublishPacket or MqttPubRelPacket or MqttSubscribePacket or MqttUnsubscribePacket:
                return await Enqueue(packet, watch);
            default:
                session.End(MqttDisconnectReasonCode.ProtocolError);
                return false;
        }
    }

    private async ValueTask<bool> Enqueue(MqttPacket packet, MqttKeepAlive watch)
    {
        if (_work.Writer.TryWrite(packet)) return true;
        watch.Pause();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(session.Ended, closed);
        try
        {
            await _work.Writer.WriteAsync(packet, either.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            watch.Resume();
        }
    }

    private async Task Work()
    {
        await foreach (var packet in _work.Reader.ReadAllAsync())
        {
            // What a broken connection leaves unacknowledged the client sends again, marked as such: to carry it out here too would race with that. At QoS 0 nobody sends again.
            if (session.Ended.IsCancellationRequested && !_leftInOrder && packet is not MqttPublishPacket { QualityOfServiceLevel: MqttQualityOfServiceLevel.AtMostOnce })
                continue;
            try
            {
                if (await Answer(packet) is { } answer) await session.Send(answer);
                if (packet is MqttSubscribePacket subscribe) await services.Subscriber.Tell(session, subscribe);
                if (session.IsLeaseOld && !session.Ended.IsCancellationRequested) await edge.Resumption.Resume(session);
            }
            catch (M2MException refusal) when (refusal.Code is ErrorCode.NotFound or ErrorCode.PermissionDenied)
            {
                // The object was deleted, or may not do this any more.
                session.End(MqttDisconnectReasonCode.NotAuthorized);
            }
#pragma warning disable CA1031 // What nobody foresaw ends this connection, told to the client, and no other.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                logger.ConnectionFailed(failure);
                session.End(MqttDisconnectReasonCode.UnspecifiedError);
            }
        }
    }

    private async ValueTask<MqttPacket?> Answer(MqttPacket packet) => packet switch
    {
        MqttPublishPacket publish => await Publish(publish),
        MqttPubRelPacket release => Release(release),
        MqttSubscribePacket subscribe => await services.Subscriber.Subscribe(session, subscribe),
        MqttUnsubscribePacket unsubscribe => await services.Subscriber.Unsubscribe(session, unsubscribe),
        _ => null,
    };

    private async ValueTask<MqttPacket?> Publish(MqttPublishPacket publish)
    {
        var exactlyOnce = publish.QualityOfServiceLevel == MqttQualityOfServiceLevel.ExactlyOnce;
        // Section 4.3.3: until its PUBREL a packet id at QoS 2 is the same message, whatever is sent with it.
        if (exactlyOnce && _unreleased.Contains(publish.PacketIdentifier)) return new MqttPubRecPacket { PacketIdentifier = publish.PacketIdentifier };
        if (await services.Uplink.Take(session, publish) is not { } verdict) return null;
        edge.Metrics.Published(verdict.Word ?? "done");
        if (verdict.Word is { } word && session.Subscriptions.TakesErrors)
            await session.Send(new MqttRefusal(publish.Topic, publish.PacketIdentifier, word, verdict.Detail ?? "").ToPacket());
        if (!verdict.Acknowledge && !session.IsVersion5) return null;

        var detail = pipe.TakesReasons ? verdict.Detail : null;
        if (!exactlyOnce)
        {
            return publish.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce
                ? null
                : new MqttPubAckPacket { PacketIdentifier = publish.PacketIdentifier, ReasonCode = verdict.Reason, ReasonString = detail, UserProperties = Waiting(verdict) };
        }

        // In version 5 a refusal ends the exchange; in 3.1.1 it cannot be said, and the exchange goes on to its end.
        if (verdict.Reason == MqttPubAckReasonCode.Success || !session.IsVersion5) _unreleased.Add(publish.PacketIdentifier);
        return new MqttPubRecPacket { PacketIdentifier = publish.PacketIdentifier, ReasonCode = (MqttPubRecReasonCode)verdict.Reason, ReasonString = detail };
    }

    private List<MqttUserProperty>? Waiting(MqttVerdict verdict) => session.IsVersion5 && verdict.Waiting is { } waiting
        ? [new("waiting", Encoding.ASCII.GetBytes(waiting.ToString(CultureInfo.InvariantCulture)).AsMemory())]
        : null;

    private MqttPubCompPacket Release(MqttPubRelPacket release) => new()
    {
        PacketIdentifier = release.PacketIdentifier,
        // An id that is not known here was released before, perhaps on an earlier connection; version 5 can say so.
        ReasonCode = _unreleased.Remove(release.PacketIdentifier) ? MqttPubCompReasonCode.Success : MqttPubCompReasonCode.PacketIdentifierNotFound,
    };

    /// <summary>Whose session goes on at another connection, or at another node, has not ended.</summary>
    private async ValueTask Bequeath()
    {
        if (will is null || _waivesWill || session.EndReason is MqttDisconnectReasonCode.SessionTakenOver or MqttDisconnectReasonCode.ServerShuttingDown) return;
        if (await services.Uplink.Take(session, will) is { } verdict) edge.Metrics.Published(verdict.Word ?? "done");
    }

    private async ValueTask Detach()
    {
        await Detach(session.ObjectId, session.Epoch);
        foreach (var (child, epoch) in session.Children) await Detach(child, epoch);
    }

    /// <summary>Tries for some minutes: a grain that did not hear of the end would take the object for connected until it comes again.</summary>
    private async ValueTask Detach(string objectId, long epoch)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await edge.ObjectOf(objectId).Detach(Bearer.Mqtt, epoch);
                return;
            }
            catch (Exception failure) when (failure is M2MException || MqttReasons.IsUncertain(failure))
            {
                // When this silo has left, its channels count no more.
                var isWorthIt = (failure is not M2MException refusal || MqttReasons.IsTransient(refusal)) && tries < DetachTries;
                if (!isWorthIt || stopping.IsCancellationRequested)
                {
                    logger.DetachFailed(failure, objectId);
                    return;
                }
            }

            await edge.Pause(tries, stopping);
        }
    }
}
