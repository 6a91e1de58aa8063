using M2MCluster.Contracts;
using M2MCluster.Contracts.Sessions;
using Microsoft.Extensions.Logging;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

internal static partial class MqttLog
{
    [LoggerMessage(4201, LogLevel.Warning, "What became of message {Message} ({Settlement}) could not be told to its object")]
    public static partial void SettlementLost(this ILogger logger, Exception failure, MessageId message, SettlementKind settlement);

    [LoggerMessage(4202, LogLevel.Information, "MQTT connection from {Address} refused: {Reason}")]
    public static partial void Refused(this ILogger logger, string address, MqttConnectReasonCode reason);

    [LoggerMessage(4203, LogLevel.Warning, "MQTT connection of {ObjectId} could not be admitted")]
    public static partial void AdmissionFailed(this ILogger logger, Exception failure, string objectId);

    [LoggerMessage(4204, LogLevel.Debug, "MQTT session {Session} of {ObjectId} began")]
    public static partial void Began(this ILogger logger, string session, string objectId);

    [LoggerMessage(4205, LogLevel.Debug, "MQTT session {Session} of {ObjectId} ended: {Reason}")]
    public static partial void Ended(this ILogger logger, string session, string objectId, MqttDisconnectReasonCode? reason);

    [LoggerMessage(4206, LogLevel.Warning, "A publish of {ObjectId} failed unforeseen; the object was told {Correlation}")]
    public static partial void PublishFailed(this ILogger logger, Exception failure, string objectId, string correlation);

    [LoggerMessage(4207, LogLevel.Warning, "Publishes of {ObjectId} wait, unacknowledged, for storage or its grain")]
    public static partial void Withheld(this ILogger logger, Exception failure, string objectId);

    [LoggerMessage(4208, LogLevel.Debug, "The channel of {ObjectId} could not be taken back; it is found dead when it is next used")]
    public static partial void DetachFailed(this ILogger logger, Exception failure, string objectId);

    [LoggerMessage(4209, LogLevel.Warning, "{Gateway} spoke for {Child}, which is not its child")]
    public static partial void ForgedChild(this ILogger logger, string gateway, string child);

    [LoggerMessage(4212, LogLevel.Warning, "A pack of {Gateway} was refused: {Detail}")]
    public static partial void ForgedPack(this ILogger logger, string gateway, string detail);

    [LoggerMessage(4213, LogLevel.Warning, "Message {Message} cannot be put into a packet")]
    public static partial void DeliveryFailed(this ILogger logger, Exception failure, MessageId message);

    [LoggerMessage(4214, LogLevel.Warning, "The channel of {ObjectId} could not be left again; its next sign of life leaves it")]
    public static partial void ResumptionFailed(this ILogger logger, Exception failure, string objectId);

    [LoggerMessage(4210, LogLevel.Error, "An MQTT connection failed unforeseen")]
    public static partial void ConnectionFailed(this ILogger logger, Exception failure);

    [LoggerMessage(4211, LogLevel.Information, "MQTT is served without a certificate: the TLS listener on port {Port} is off")]
    public static partial void NoCertificate(this ILogger logger, int port);

    [LoggerMessage(4212, LogLevel.Warning, "Plain MQTT is off: {Address} is beyond loopback and M2M:Edge:Mqtt:AllowPlain is not set")]
    public static partial void PlainRefused(this ILogger logger, string address);
}
