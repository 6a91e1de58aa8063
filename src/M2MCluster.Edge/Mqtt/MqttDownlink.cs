using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using Microsoft.Extensions.Logging;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary>The way back to devices: grains call it, one way, and hear by a settlement what became of each attempt.</summary>
internal sealed class MqttDownlink(MqttEdge edge, ILogger logger) : IDownlink
{
    private static readonly TimeSpan FullRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan QuotaRetry = TimeSpan.FromSeconds(30);

    public Task Deliver(string session, Delivery delivery)
    {
        // The caller's turn on this edge ends at once; a client that does not read holds up nobody but itself.
        _ = Push(edge.Sessions.Find(session, out var _), delivery);
        return Task.CompletedTask;
    }

    public Task MailboxChanged(string session, string objectId) => Task.CompletedTask;

    public Task ConfigChanged(string session, string objectId)
    {
        if (edge.Sessions.Find(session, out var child) is { Subscriptions.TakesConfig: true } found && child is null) _ = TellConfig(found, asRetained: false);
        return Task.CompletedTask;
    }

    /// <summary>Tells the device how it is to behave.</summary>
    public async Task TellConfig(MqttSession session, bool asRetained)
    {
        if (await edge.Persist(session, () => edge.ObjectOf(session.ObjectId).Config(session.Speaker)) is not { } config) return;
        await session.Send(new MqttPublishPacket
        {
            Topic = MqttTopic.Config, Retain = asRetained, ContentType = "application/json", PayloadSegment = DeviceConfigJson.Write(config),
        });
    }

    public Task Close(string session, CloseReason reason)
    {
        var found = edge.Sessions.Find(session, out var child);
        if (child is not null) found?.Children.TryRemove(child, out _);
        else found?.End(reason switch
        {
            CloseReason.TakenOver => MqttDisconnectReasonCode.SessionTakenOver,
            CloseReason.Released or CloseReason.Idle => MqttDisconnectReasonCode.AdministrativeAction,
            _ => MqttDisconnectReasonCode.NotAuthorized,
        });
        return Task.CompletedTask;
    }

    public Task Forgotten(string session, string objectId)
    {
        if (edge.Sessions.Find(session, out var child) is { } found) _ = edge.Resumption.Resume(found, child);
        return Task.CompletedTask;
    }

    /// <summary>The client's word on a message: the proof of delivery, or its refusal.</summary>
    public Task Acknowledged(MqttSession session, MqttPubAckPacket packet)
    {
        if (session.Outbox.Remove(packet.PacketIdentifier) is not { } delivery) return Task.CompletedTask;
        if (session.Outbox.Next(edge.Time.GetUtcNow(), out var packetId) is { } next) _ = Publish(session, next, packetId);
        var detail = $"MQTT 0x{(int)packet.ReasonCode:x2}{(string.IsNullOrEmpty(packet.ReasonString) ? "" : " " + packet.ReasonString)}";
        return packet.ReasonCode switch
        {
            < MqttPubAckReasonCode.UnspecifiedError => Settle(delivery, new(SettlementKind.Acknowledged, Detail: "MQTT PUBACK"), "acknowledged"),
            MqttPubAckReasonCode.QuotaExceeded => Settle(delivery, new(SettlementKind.Busy, RetryAfter: QuotaRetry, Detail: detail), "busy"),
            _ => Settle(delivery, new(SettlementKind.Answered, new MessageResult(false), Detail: detail), "refused"),
        };
    }

    private async Task Push(MqttSession? session, Delivery delivery)
    {
        var quality = session?.Subscriptions.MailboxQuality(ChildOf(session, delivery));
        if (session is null || quality is null)
        {
            await Settle(delivery, new(SettlementKind.Lost, Detail: session is null ? "the MQTT session is gone" : "not subscribed"), "lost");
            return;
        }

        ushort packetId = 0;
        if (quality != MqttQualityOfServiceLevel.AtMostOnce)
        {
            switch (session.Outbox.Add(delivery, out packetId, out var refused))
            {
                case MqttOutboxEntry.UnderWay or MqttOutboxEntry.Waiting:
                    return;
                case MqttOutboxEntry.Full:
                    await Settle(refused!, new(SettlementKind.Busy, RetryAfter: FullRetry, Detail: "as many messages are under way and wait as the session takes"), "busy");
                    return;
            }
        }

        await Publish(session, delivery, packetId);
    }

    private async Task Publish(MqttSession session, Delivery delivery, ushort packetId)
    {
        switch (await Send(session, ChildOf(session, delivery), delivery, packetId))
        {
            case MqttWriteStatus.Written when packetId == 0:
                await Settle(delivery, new(SettlementKind.Sent, Detail: "subscribed with QoS 0"), "sent");
                break;
            case MqttWriteStatus.TooLarge:
                session.Outbox.Remove(packetId);
                await Settle(delivery, new(SettlementKind.Answered, new MessageResult(false), Detail: "larger than a packet to this client may be"), "refused");
                if (session.Outbox.Next(edge.Time.GetUtcNow(), out var nextId) is { } next) await Publish(session, next, nextId);
                break;
            case MqttWriteStatus.Ended:
                session.Outbox.Remove(packetId);
                await Settle(delivery, new(SettlementKind.Lost, Detail: "the connection ended"), "lost");
                break;
        }
    }

    private static string? ChildOf(MqttSession session, Delivery delivery) => delivery.ObjectId == session.ObjectId ? null : delivery.ObjectId;

    private async ValueTask<MqttWriteStatus> Send(MqttSession session, string? child, Delivery delivery, ushort packetId)
    {
        try
        {
            return await session.Send(Packet(session, child, delivery.Message, packetId));
        }
#pragma warning disable CA1031 // A message that cannot be put into a packet (a path of more than 64 KiB) never can.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            logger.DeliveryFailed(failure, delivery.Message.Id);
            return MqttWriteStatus.TooLarge;
        }
    }

    private Task Settle(Delivery delivery, Settlement settlement, string result)
    {
        edge.Metrics.Delivered(result);
        return edge.Settle(delivery, settlement);
    }

    private MqttPublishPacket Packet(MqttSession session, string? child, WaitingMessage message, ushort packetId)
    {
        var packet = new MqttPublishPacket
        {
            Topic = MqttTopic.Mailbox(child, message.Id, message.Transaction),
            PacketIdentifier = packetId,
            QualityOfServiceLevel = packetId == 0 ? MqttQualityOfServiceLevel.AtMostOnce : MqttQualityOfServiceLevel.AtLeastOnce,
            Payload = new ReadOnlySequence<byte>(message.Payload),
        };
        if (!session.IsVersion5) return packet;

        packet.ContentType = message.ContentType;
        packet.ResponseTopic = MqttTopic.Result(child, message.Id);
        packet.CorrelationData = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(packet.CorrelationData, message.Id.Value);
        packet.MessageExpiryInterval = (uint)Math.Clamp(Math.Ceiling((message.ExpiresAt - edge.Time.GetUtcNow()).TotalSeconds), 1, uint.MaxValue);
        packet.UserProperties = [Property("priority", message.Priority.ToString(CultureInfo.InvariantCulture))];
        if (message.TraceParent is { } trace) packet.UserProperties.Add(Property("traceparent", trace));
        if (message.From is { } from) packet.UserProperties.Add(Property("from", from));
        if (message.Command is not { } command) return packet;

        packet.UserProperties.Add(Property("name", command.Name));
        packet.UserProperties.Add(Property("method", command.Method));
        packet.UserProperties.Add(Property("path", command.Path));
        if (command.Accept is { } accept) packet.UserProperties.Add(Property("accept", accept));
        return packet;
    }

    private static MqttUserProperty Property(string name, string value) => new(name, Encoding.UTF8.GetBytes(value).AsMemory());
}
