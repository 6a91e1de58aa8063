using M2MCluster.Contracts;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary>SUBSCRIBE and UNSUBSCRIBE: which filters a session may have, and what the object's grain then knows of its channel.</summary>
internal sealed class MqttSubscriber(MqttEdge edge)
{
    /// <summary>Null: the connection ended before the grain knew.</summary>
    public async ValueTask<MqttSubAckPacket?> Subscribe(MqttSession session, MqttSubscribePacket packet)
    {
        var before = session.Subscriptions.TakesMessages;
        var answer = new MqttSubAckPacket { PacketIdentifier = packet.PacketIdentifier, ReasonCodes = [] };
        foreach (var filter in packet.TopicFilters)
        {
            if (await edge.Persist(session, () => Grant(session, filter)) is not { } reason) return null;
            answer.ReasonCodes.Add(session.IsVersion5 || reason < MqttSubscribeReasonCode.UnspecifiedError ? reason : MqttSubscribeReasonCode.UnspecifiedError);
        }

        return await TellGrains(session, before) ? answer : null;
    }

    /// <summary>Who subscribed to it hears at once how it is to behave: as if it had been retained.</summary>
    public async ValueTask Tell(MqttSession session, MqttSubscribePacket packet)
    {
        if (!packet.TopicFilters.Exists(filter => filter.Topic == MqttTopic.Config)) return;
        await edge.Sink.TellConfig(session, asRetained: true);
    }

    public async ValueTask<MqttUnsubAckPacket?> Unsubscribe(MqttSession session, MqttUnsubscribePacket packet)
    {
        var before = session.Subscriptions.TakesMessages;
        var answer = new MqttUnsubAckPacket { PacketIdentifier = packet.PacketIdentifier, ReasonCodes = [] };
        foreach (var filter in packet.TopicFilters)
            answer.ReasonCodes.Add(session.Subscriptions.Remove(filter) ? MqttUnsubscribeReasonCode.Success : MqttUnsubscribeReasonCode.NoSubscriptionExisted);
        return await TellGrains(session, before) ? answer : null;
    }

    private static async ValueTask<MqttSubscribeReasonCode> Grant(MqttSession session, MqttTopicFilter filter)
    {
        if (filter.Topic.StartsWith("$share/", StringComparison.Ordinal)) return MqttSubscribeReasonCode.SharedSubscriptionsNotSupported;
        if (!MqttSubscriptions.IsAllowed(filter.Topic, out var onlyGateways)) return MqttSubscribeReasonCode.NotAuthorized;
        if (onlyGateways && !await session.IsGateway()) return MqttSubscribeReasonCode.NotAuthorized;
        // Nothing is sent with QoS 2, and refusals are not repeated, so that is what is granted.
        var granted = filter.Topic is MqttTopic.Errors or MqttTopic.Config or MqttTopic.Time || filter.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce
            ? MqttQualityOfServiceLevel.AtMostOnce
            : MqttQualityOfServiceLevel.AtLeastOnce;
        return session.Subscriptions.TryAdd(filter.Topic, granted) ? (MqttSubscribeReasonCode)granted : MqttSubscribeReasonCode.QuotaExceeded;
    }

    // A gateway's own channel reaches its children too, so it is told whenever anything changed; a device's only when it begins or ends to take messages.
    private async ValueTask<bool> TellGrains(MqttSession session, bool before)
    {
        if (session.Subscriptions.TakesMessages != before && await edge.Persist(session, () => Attach(session)) is null) return false;
        foreach (var child in session.Children.Keys)
        {
            if (await edge.Persist(session, () => AttachChild(session, child)) is null) return false;
        }

        return true;
    }

    private static async ValueTask<bool> Attach(MqttSession session)
    {
        await session.Attach(provided: null);
        return true;
    }

    private static async ValueTask<bool> AttachChild(MqttSession session, string child)
    {
        try
        {
            await session.AttachChild(child, provided: null);
        }
        catch (M2MException gone) when (gone.Code is ErrorCode.NotFound or ErrorCode.PermissionDenied)
        {
            session.Children.TryRemove(child, out _);
        }

        return true;
    }
}
