using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Reports;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Coap;
using Microsoft.Extensions.Logging;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary>What devices publish, as calls on their grains. A verdict of success means: on disk.</summary>
internal sealed class MqttUplink(MqttEdge edge, ILogger<MqttUplink> logger)
{
    private const int MaxGivenName = 8;

    /// <summary>Carries a publish out, however often that has to be tried. Null: the connection ended before, and nothing is acknowledged.</summary>
    public async ValueTask<MqttVerdict?> Take(MqttSession session, MqttPublishPacket packet)
    {
        var mayRepeat = packet.Dup;
        var withheld = false;
        try
        {
            for (var tries = 0; ; tries++)
            {
                try
                {
                    return await Try(session, packet, mayRepeat);
                }
                catch (M2MException failure) when (!MqttReasons.IsTransient(failure))
                {
                    return failure.Code == ErrorCode.Internal ? Unforeseen(session, failure) : MqttReasons.OfPublish(failure);
                }
                catch (Exception failure) when (failure is M2MException || MqttReasons.IsUncertain(failure))
                {
                    // An answer that went missing leaves open whether the report is on disk: the next try may be a repetition. At QoS 0 nothing names it, so it ends here.
                    if (failure is not M2MException)
                    {
                        if (packet.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce) return Unforeseen(session, failure);
                        mayRepeat = true;
                    }

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

                try
                {
                    await Task.Delay(edge.BackOff(tries), edge.Time, session.Ended);
                }
                catch (OperationCanceledException)
                {
                    return null;
                }
            }
        }
        finally
        {
            if (withheld) edge.Metrics.Withheld(-1);
        }
    }

    private ValueTask<MqttVerdict> Try(MqttSession session, MqttPublishPacket packet, bool mayRepeat)
    {
        var topic = MqttTopic.Parse(packet.Topic);
        return topic.Kind switch
        {
            MqttTopicKind.Reports => Report(session, topic, packet, mayRepeat),
            MqttTopicKind.Result => Result(session, topic, packet),
            MqttTopicKind.Status => Status(session, topic, packet),
            _ => new(new MqttVerdict(MqttPubAckReasonCode.TopicNameInvalid, "unknown-topic", "devices do not publish to this topic")),
        };
    }

    private async ValueTask<MqttVerdict> Report(MqttSession session, MqttTopic topic, MqttPublishPacket packet, bool mayRepeat)
    {
        var payload = packet.Payload.ToArray();
        var format = FormatOf(packet.ContentType, payload);
        var contentType = format is { } known ? CoapContentFormat.ToMediaType(known)! : packet.ContentType;
        var fault = NameOf(session, packet, mayRepeat, out var name) ? ReportPayload.FaultIn(format, payload) : "an id of more than 8 bytes, or of none";
        var report = new ReportDraft(contentType, payload, name);
        var grain = edge.ObjectOf(topic.Child ?? session.ObjectId);
        try
        {
            if (fault is null)
            {
                await grain.Report(session.Speaker, report);
                return MqttVerdict.Done;
            }

            await grain.ReportFault(session.Speaker, report, fault);
            return MqttVerdict.Unreadable(fault);
        }
        catch (M2MException failure) when (IsForgery(topic, failure))
        {
            return Forged(session, topic.Child!);
        }
    }

    private async ValueTask<MqttVerdict> Result(MqttSession session, MqttTopic topic, MqttPublishPacket packet)
    {
        if (MqttResultReader.Read(packet) is not { } result) return MqttVerdict.Unreadable("neither a user property nor JSON says whether the result is ok or error");
        try
        {
            return await edge.ObjectOf(topic.Child ?? session.ObjectId).Result(session.Speaker, topic.Message, result) switch
            {
                ResultReceipt.Recorded or ResultReceipt.Repeated => MqttVerdict.Done,
                ResultReceipt.Conflict => new(MqttPubAckReasonCode.ImplementationSpecificError, "conflict", "the message ended otherwise before"),
                _ => new(MqttPubAckReasonCode.TopicNameInvalid, "unknown-message", "no such message waits or waited for this object"),
            };
        }
        catch (M2MException failure) when (IsForgery(topic, failure))
        {
            return Forged(session, topic.Child!);
        }
    }

    private async ValueTask<MqttVerdict> Status(MqttSession session, MqttTopic topic, MqttPublishPacket packet)
    {
        var child = topic.Child!;
        if (MqttChildStatus.Read(packet.Payload) is not { } status) return MqttVerdict.Unreadable("no JSON object with a member online");
        if (!status.Online)
        {
            if (session.Children.TryRemove(child, out var epoch)) await edge.ObjectOf(child).Detach(Bearer.Mqtt, epoch);
            return MqttVerdict.Done;
        }

        if (session.Children.Count >= edge.Options.MaxChildren && !session.Children.ContainsKey(child))
            return new(MqttPubAckReasonCode.QuotaExceeded, "quota-exceeded", "as many children are present as a connection may have");
        try
        {
            await session.AttachChild(child, status.Provided);
            return MqttVerdict.Done;
        }
        catch (M2MException failure) when (IsForgery(topic, failure))
        {
            return Forged(session, topic.Child!);
        }
    }

    // A child that does not exist is answered as one that is somebody else's: the answer tells nothing about foreign objects.
    private static bool IsForgery(MqttTopic topic, M2MException failure) =>
        topic.Child is not null && failure.Code is ErrorCode.PermissionDenied or ErrorCode.NotFound;

    private MqttVerdict Forged(MqttSession session, string child)
    {
        edge.Metrics.ForgedChild();
        logger.ForgedChild(session.ObjectId, child);
        return new(MqttPubAckReasonCode.NotAuthorized, "not-authorized", $"{child} is not a child of this gateway");
    }

    private MqttVerdict Unforeseen(MqttSession session, Exception failure)
    {
        var correlation = Guid.NewGuid().ToString("n");
        logger.PublishFailed(failure, session.ObjectId, correlation);
        return MqttReasons.Unforeseen($"failed; correlation {correlation}");
    }

    // Without a content type it is SenML: JSON begins with a bracket, perhaps after white space, and CBOR with the head of an array (major type 4).
    private static int? FormatOf(string? contentType, ReadOnlySpan<byte> payload)
    {
        if (!string.IsNullOrEmpty(contentType)) return CoapContentFormat.OfMediaType(contentType);
        return payload.Length > 0 && payload[0] is >= 0x80 and <= 0x9F ? CoapContentFormat.SenmlCbor : CoapContentFormat.SenmlJson;
    }

    /// <summary>False: the client gave an id that is none; the report has no name then.</summary>
    private static bool NameOf(MqttSession session, MqttPublishPacket packet, bool mayRepeat, out ReportName name)
    {
        name = ReportName.None;
        if (packet.UserProperties?.Find(property => property.Name == "id") is { } given)
        {
            var id = Encoding.UTF8.GetBytes(given.ReadValueAsString());
            if (id.Length is 0 or > MaxGivenName) return false;
            name = new(id, 0, MayRepeat: true);
            return true;
        }

        if (packet.QualityOfServiceLevel != MqttQualityOfServiceLevel.AtMostOnce) name = new(null, Exchange(session, packet), mayRepeat);
        return true;
    }

    // A packet id is used again as soon as it is acknowledged, so the hash names the exchange but only DUP says that it may be the same one. Each first transmission
    // has the hash too: it is what a later DUP, after a lost PUBACK or a crash, is compared with.
    private static ulong Exchange(MqttSession session, MqttPublishPacket packet)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(session.ClientId));
        Span<byte> separated = stackalloc byte[3];
        BinaryPrimitives.WriteUInt16BigEndian(separated[1..], packet.PacketIdentifier);
        hash.AppendData(separated);
        foreach (var part in packet.Payload) hash.AppendData(part.Span);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return Math.Max(1, BinaryPrimitives.ReadUInt64BigEndian(digest));
    }
}
