using M2MCluster.Contracts;
using M2MCluster.Protocols.Coap;
using Orleans.Runtime;

namespace M2MCluster.Edge.Coap;

/// <summary>The one table from failures to CoAP codes.</summary>
internal static class CoapErrors
{
    public static CoapCode ToCode(ErrorCode code) => code switch
    {
        ErrorCode.InvalidArgument => CoapCode.BadRequest,
        ErrorCode.NotFound => CoapCode.NotFound,
        ErrorCode.AlreadyExists or ErrorCode.FailedPrecondition => CoapCode.Conflict,
        ErrorCode.PermissionDenied => CoapCode.Forbidden,
        ErrorCode.Unauthenticated => CoapCode.Unauthorized,
        ErrorCode.ResourceExhausted => CoapCode.TooManyRequests,
        ErrorCode.Unavailable or ErrorCode.Aborted => CoapCode.ServiceUnavailable,
        ErrorCode.TooLarge => CoapCode.RequestEntityTooLarge,
        ErrorCode.UnsupportedFormat => CoapCode.UnsupportedContentFormat,
        _ => CoapCode.InternalServerError,
    };

    /// <summary>Failures of the cluster, of which nothing is known but that the call may succeed later.</summary>
    public static bool IsTransient(Exception exception) => exception is TimeoutException or OrleansException or OperationCanceledException;
}
