using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using Microsoft.Extensions.Logging;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary>What devices publish, as calls on their grains. A verdict of success means: on disk.</summary>
internal sealed class MqttUplink(MqttEdge edge, MqttReports reports, MqttPeers peers, ILogger<MqttUplink> logger)
{
    /// <summary>Carries a publish out, however often that has to be tried. Null: the connection ended before, and nothing is acknowledged.</summary>
    public async ValueTask<MqttVerdict?> Take(MqttSession session, MqttPublishPacket packet)
    {
        var transmission = new MqttTransmission(packet.Dup, 0);
        var again = packet.Dup ? transmission : new(true, (uint)edge.Time.GetUtcNow().ToUnixTimeSeconds() - 1);
        var withheld = false;
        try
        {
            for (var tries = 0; ; tries++)
            {
                try
                {
                    return await peers.TellWaiting(session, packet, await Try(session, packet, transmission));
                }
                catch (M2MException failure) when (!MqttReasons.IsTransient(failure))
                {
                    return failure.Code == ErrorCode.Internal ? Unforeseen(session, failure) : MqttReasons.OfPublish(failure);
                }
                catch (Exception failure) when (failure is M2MException || MqttReasons.IsUncertain(failure))
                {
                    // An answer that is missing leaves open whether the report is on disk. At QoS 0 nothing names it, and twice would be worse than not at all.
                    if (failure is not M2MException && packet.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce) return Unforeseen(session, failure);
                    transmission = again;
                    if (!withheld)
                    {
                        withheld = true;
                        edge.Metrics.Withheld(1);
                        logger.Withheld(failure, session.ObjectId);
                    }
                }
#pragma warning disable CA1031 // One publish that nobody foresaw does not take the connection, and the others on it, with it.
                catch (Exception failure)
#pragma warning restore CA1031
                {
                    return Unforeseen(session, failure);
                }

                if (!await edge.Pause(tries, session.Ended)) return null;
            }
        }
        finally
        {
            if (withheld) edge.Metrics.Withheld(-1);
        }
    }

    private async ValueTask<MqttVerdict> Try(MqttSession session, MqttPublishPacket packet, MqttTransmission transmission)
    {
        var topic = MqttTopic.Parse(packet.Topic);
        try
        {
            return topic.Kind switch
            {
                MqttTopicKind.Reports => await reports.Take(session, topic.Child, packet, transmission),
                MqttTopicKind.Result => await Result(session, topic, packet),
                MqttTopicKind.Radio => await peers.Switch(session, packet),
                MqttTopicKind.Time => await MqttTime.Tell(session, packet, edge.Time),
                MqttTopicKind.Peer => await peers.Send(session, topic.Peer!, packet),
                MqttTopicKind.Status => await Status(session, topic.Child!, packet),
                _ => new MqttVerdict(MqttPubAckReasonCode.TopicNameInvalid, "unknown-topic", "devices do not publish to this topic"),
            };
        }
        catch (M2MException failure) when (topic.Child is not null && failure.Code is ErrorCode.PermissionDenied or ErrorCode.NotFound)
        {
            // A child that does not exist is answered as one that is somebody else's: the answer tells nothing about foreign objects.
            edge.Metrics.ForgedChild();
            logger.ForgedChild(session.ObjectId, topic.Child!);
            return new(MqttPubAckReasonCode.NotAuthorized, "not-authorized", $"{topic.Child} is not a child of this gateway");
        }
    }

    private async ValueTask<MqttVerdict> Result(MqttSession session, MqttTopic topic, MqttPublishPacket packet)
    {
        if (MqttResultReader.Read(packet) is not { } result) return MqttVerdict.Unreadable("neither a user property nor JSON says whether the result is ok or error");
        return await edge.ObjectOf(topic.Child ?? session.ObjectId).Result(session.Speaker, topic.Message, result) switch
        {
            ResultReceipt.Recorded or ResultReceipt.Repeated => MqttVerdict.Done,
            ResultReceipt.Conflict => new(MqttPubAckReasonCode.ImplementationSpecificError, "conflict", "the message ended otherwise before"),
            _ => new(MqttPubAckReasonCode.TopicNameInvalid, "unknown-message", "no such message waits or waited for this object"),
        };
    }

    private async ValueTask<MqttVerdict> Status(MqttSession session, string child, MqttPublishPacket packet)
    {
        if (MqttChildStatus.Read(packet.Payload) is not { } status) return MqttVerdict.Unreadable("neither online nor offline, nor a JSON object with a member online");
        if (!status.Online)
        {
            if (session.Children.TryRemove(child, out var epoch)) await edge.ObjectOf(child).Detach(Bearer.Mqtt, epoch);
            return MqttVerdict.Done;
        }

        if (session.IsGone) return new(MqttPubAckReasonCode.NotAuthorized, "not-authorized", "no child is present over a session that has ended");
        if (session.Children.Count >= edge.Options.MaxChildren && !session.Children.ContainsKey(child))
            return new(MqttPubAckReasonCode.QuotaExceeded, "quota-exceeded", "as many children are present as a connection may have");
        await session.AttachChild(child, status.Provided);
        return MqttVerdict.Done;
    }

    private MqttVerdict Unforeseen(MqttSession session, Exception failure)
    {
        var correlation = Guid.NewGuid().ToString("n");
        logger.PublishFailed(failure, session.ObjectId, correlation);
        return MqttReasons.Unforeseen($"failed; correlation {correlation}");
    }
}
