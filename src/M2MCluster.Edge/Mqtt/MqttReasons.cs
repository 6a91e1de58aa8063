using M2MCluster.Contracts;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary>The one table from failures to MQTT's reason codes.</summary>
internal static class MqttReasons
{
    /// <summary>Whether the same call may succeed later and nothing was done.</summary>
    public static bool IsTransient(M2MException failure) => failure.Code is ErrorCode.Unavailable or ErrorCode.Aborted;

    /// <summary>A call that may have been carried out or not: its answer is missing. Cancelled is what the grain directory was doing when its silo left.</summary>
    public static bool IsUncertain(Exception failure) => failure is TimeoutException or Orleans.Runtime.OrleansException or OperationCanceledException;

    /// <summary>
    /// A refusal that holds: sending the same again would be refused again. A code of 0x80 and above ends the exchange, so nothing transient comes here.
    /// </summary>
    public static MqttVerdict OfPublish(M2MException failure) => failure.Code switch
    {
        ErrorCode.PermissionDenied or ErrorCode.Unauthenticated or ErrorCode.NotFound => new(MqttPubAckReasonCode.NotAuthorized, "not-authorized", failure.Message),
        ErrorCode.ResourceExhausted => new(MqttPubAckReasonCode.QuotaExceeded, "quota-exceeded", failure.Message),
        ErrorCode.InvalidArgument or ErrorCode.UnsupportedFormat => MqttVerdict.Unreadable(failure.Message),
        ErrorCode.TooLarge => new(MqttPubAckReasonCode.ImplementationSpecificError, "too-large", failure.Message),
        ErrorCode.AlreadyExists or ErrorCode.FailedPrecondition => new(MqttPubAckReasonCode.ImplementationSpecificError, "conflict", failure.Message),
        _ => Unforeseen(failure.Message),
    };

    public static MqttVerdict Unforeseen(string detail) => new(MqttPubAckReasonCode.UnspecifiedError, "internal", detail, Acknowledge: false);

    public static MqttConnectReasonCode OfConnect(Exception failure) => failure switch
    {
        M2MException { Code: ErrorCode.PermissionDenied } => MqttConnectReasonCode.NotAuthorized,
        M2MException { Code: ErrorCode.NotFound or ErrorCode.Unauthenticated } => MqttConnectReasonCode.BadUserNameOrPassword,
        M2MException { Code: ErrorCode.ResourceExhausted } => MqttConnectReasonCode.QuotaExceeded,
        _ => MqttConnectReasonCode.ServerUnavailable,
    };

    /// <summary>What version 3.1.1 has for a reason (its table 3.1, section 3.2.2.3).</summary>
    public static MqttConnectReturnCode For311(MqttConnectReasonCode reason) => reason switch
    {
        MqttConnectReasonCode.Success => MqttConnectReturnCode.ConnectionAccepted,
        MqttConnectReasonCode.UnsupportedProtocolVersion => MqttConnectReturnCode.ConnectionRefusedUnacceptableProtocolVersion,
        MqttConnectReasonCode.ClientIdentifierNotValid => MqttConnectReturnCode.ConnectionRefusedIdentifierRejected,
        MqttConnectReasonCode.BadUserNameOrPassword => MqttConnectReturnCode.ConnectionRefusedBadUsernameOrPassword,
        MqttConnectReasonCode.NotAuthorized or MqttConnectReasonCode.BadAuthenticationMethod => MqttConnectReturnCode.ConnectionRefusedNotAuthorized,
        _ => MqttConnectReturnCode.ConnectionRefusedServerUnavailable,
    };
}
