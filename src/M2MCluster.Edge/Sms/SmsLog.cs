using M2MCluster.Contracts;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Smpp;
using Microsoft.Extensions.Logging;

namespace M2MCluster.Edge.Sms;

internal static partial class SmsLog
{
    [LoggerMessage(4600, LogLevel.Information, "Bound at the SMSC {Host}:{Port} with {Connections} connection(s)")]
    public static partial void Bound(this ILogger logger, string host, int port, int connections);

    [LoggerMessage(4601, LogLevel.Warning, "No session with the SMSC {Host}:{Port}: {Reason}")]
    public static partial void Away(this ILogger logger, string host, int port, string reason);

    [LoggerMessage(4602, LogLevel.Warning, "What became of message {Message} ({Settlement}) could not be told to its object")]
    public static partial void SettlementLost(this ILogger logger, Exception failure, MessageId message, SettlementKind settlement);

    [LoggerMessage(4603, LogLevel.Warning, "The SMSC refused message {Message}: {Status}")]
    public static partial void Refused(this ILogger logger, MessageId message, SmppStatus status);

    [LoggerMessage(4604, LogLevel.Information, "A short message of a number that no object bears was refused")]
    public static partial void UnknownNumber(this ILogger logger);

    [LoggerMessage(4605, LogLevel.Information, "A short message of {ObjectId} was refused: {Reason}")]
    public static partial void NotPermitted(this ILogger logger, string objectId, string reason);

    [LoggerMessage(4606, LogLevel.Warning, "Short messages wait at the SMSC for storage or their objects")]
    public static partial void Later(this ILogger logger, Exception failure);

    [LoggerMessage(4607, LogLevel.Error, "A short message failed unforeseen")]
    public static partial void Failed(this ILogger logger, Exception failure);
}
