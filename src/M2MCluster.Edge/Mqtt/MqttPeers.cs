using System.Buffers;
using System.Globalization;
using System.Text;
using M2MCluster.Contracts.Messages;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using Orleans;

namespace M2MCluster.Edge.Mqtt;

/// <summary><c>m2m/messages/NAME</c> and <c>m2m/radio</c>: to other objects, and the object's own radio.</summary>
internal sealed class MqttPeers(MqttEdge edge, IGrainFactory grains)
{
    private const string Suspend = "suspend=";

    public async ValueTask<MqttVerdict> Send(MqttSession session, string to, MqttPublishPacket packet)
    {
        if (ConfirmationOf(Property(packet, "confirmation")) is not { } confirmation) return MqttVerdict.Unreadable("confirmation is none, delivered or applied");
        var ttl = packet.MessageExpiryInterval == 0 ? PeerSending.DefaultTimeToLive : TimeSpan.FromSeconds(packet.MessageExpiryInterval);
        var draft = new MessageDraft("", string.IsNullOrEmpty(packet.ContentType) ? "application/octet-stream" : packet.ContentType, packet.Payload.ToArray(), ttl, Confirmation: confirmation);
        // Without an id of its own, a repeated transmission is a second message.
        await PeerSending.SendAsync(grains, session.Speaker, session.ObjectId, to, Property(packet, "id"), draft);
        return MqttVerdict.Done;
    }

    public async ValueTask<MqttVerdict> Switch(MqttSession session, MqttPublishPacket packet)
    {
        var text = Encoding.UTF8.GetString(packet.Payload);
        if (text.Length == 0)
        {
            // Whatever is heard of it tells that it is back.
            await edge.ObjectOf(session.ObjectId).Mailbox(session.Speaker);
            return MqttVerdict.Done;
        }

        var said = text.StartsWith(Suspend, StringComparison.Ordinal) && uint.TryParse(text.AsSpan(Suspend.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? seconds
            : (uint?)null;
        if (said is null) return MqttVerdict.Unreadable("suspend=SECONDS, or nothing");
        await edge.ObjectOf(session.ObjectId).Suspend(session.Speaker, TimeSpan.FromSeconds(said.Value));
        session.Outbox.Withdraw(session.ObjectId);
        return MqttVerdict.Done;
    }

    /// <summary>Who asks by the user property <c>more</c> is told how much waits still.</summary>
    public async ValueTask<MqttVerdict> TellWaiting(MqttSession session, MqttPublishPacket packet, MqttVerdict verdict) =>
        verdict.Reason == MqttPubAckReasonCode.Success && Property(packet, "more") is not null
            ? verdict with { Waiting = (uint)await edge.ObjectOf(session.ObjectId).CountWaiting() }
            : verdict;

    private static Confirmation? ConfirmationOf(string? text) => text switch
    {
        null or "delivered" => Confirmation.Delivered,
        "applied" => Confirmation.Applied,
        "none" => Confirmation.None,
        _ => null,
    };

    private static string? Property(MqttPublishPacket packet, string name) => packet.UserProperties?.Find(property => property.Name == name)?.ReadValueAsString();
}
