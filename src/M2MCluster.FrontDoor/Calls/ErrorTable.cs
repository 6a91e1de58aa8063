using System.Diagnostics;
using System.Security.Cryptography;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using M2MCluster.Contracts;
using M2MCluster.FrontDoor.Requests;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace M2MCluster.FrontDoor.Calls;

/// <summary>The one mapping from failures to gRPC status with <c>google.rpc</c> details.</summary>
internal sealed partial class ErrorTable(ILogger<ErrorTable> logger)
{
    public const string Domain = "m2mcluster";

    private static readonly Duration RetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(1));

    /// <summary>The types that details are of, for JSON.</summary>
    public static TypeRegistry Details { get; } =
        TypeRegistry.FromMessages(BadRequest.Descriptor, ErrorInfo.Descriptor, RetryInfo.Descriptor, RequestInfo.Descriptor);

    public Google.Rpc.Status StatusOf(Exception failure, bool cancelled) => failure switch
    {
        InvalidRequestException invalid => Invalid(invalid),
        M2MException known when known.Code != ErrorCode.Internal => Known(known),
        OperationCanceledException when cancelled => Plain(StatusCode.Cancelled, "CANCELLED", "the caller went away"),
        OperationCanceledException or OrleansMessageRejectionException => Unavailable("a node went away; what was asked may or may not have been done"),
        TimeoutException => Plain(StatusCode.DeadlineExceeded, "DEADLINE_EXCEEDED", "no answer in time; what was asked may or may not have been done"),
        _ => Unknown(failure),
    };

    /// <summary>The path is there, but not with this verb.</summary>
    public static Google.Rpc.Status NotAllowed(string verb, string path) => Plain(StatusCode.Unimplemented, "METHOD_NOT_ALLOWED", $"there is {path}, but no {verb} of it");

    private static StatusCode CodeOf(ErrorCode code) => code switch
    {
        ErrorCode.InvalidArgument or ErrorCode.TooLarge or ErrorCode.UnsupportedFormat => StatusCode.InvalidArgument,
        ErrorCode.NotFound => StatusCode.NotFound,
        ErrorCode.AlreadyExists => StatusCode.AlreadyExists,
        ErrorCode.FailedPrecondition => StatusCode.FailedPrecondition,
        ErrorCode.PermissionDenied => StatusCode.PermissionDenied,
        ErrorCode.Unauthenticated => StatusCode.Unauthenticated,
        ErrorCode.ResourceExhausted or ErrorCode.QosRefused => StatusCode.ResourceExhausted,
        ErrorCode.Unavailable => StatusCode.Unavailable,
        ErrorCode.Aborted => StatusCode.Aborted,
        _ => StatusCode.Internal,
    };

    private static string ReasonOf(ErrorCode code) => code switch
    {
        ErrorCode.InvalidArgument => "INVALID_ARGUMENT",
        ErrorCode.NotFound => "NOT_FOUND",
        ErrorCode.AlreadyExists => "ALREADY_EXISTS",
        ErrorCode.FailedPrecondition => "FAILED_PRECONDITION",
        ErrorCode.PermissionDenied => "PERMISSION_DENIED",
        ErrorCode.Unauthenticated => "UNAUTHENTICATED",
        ErrorCode.ResourceExhausted => "RESOURCE_EXHAUSTED",
        ErrorCode.Unavailable => "UNAVAILABLE",
        ErrorCode.Aborted => "ABORTED",
        ErrorCode.TooLarge => "TOO_LARGE",
        ErrorCode.UnsupportedFormat => "UNSUPPORTED_FORMAT",
        ErrorCode.QosRefused => "QOS_REFUSED",
        _ => "INTERNAL",
    };

    private static Google.Rpc.Status Invalid(InvalidRequestException invalid)
    {
        var status = Plain(StatusCode.InvalidArgument, "INVALID_ARGUMENT", invalid.Message);
        status.Details.Add(Any.Pack(new BadRequest { FieldViolations = { invalid.Violations } }));
        return status;
    }

    private static Google.Rpc.Status Known(M2MException known)
    {
        if (known.Code == ErrorCode.Unavailable) return Unavailable(known.Message);
        var status = Plain(CodeOf(known.Code), ReasonOf(known.Code), known.Message);
        if (known.Field is { } field)
        {
            var violation = new BadRequest.Types.FieldViolation { Field = field, Description = known.Message };
            status.Details.Add(Any.Pack(new BadRequest { FieldViolations = { violation } }));
        }

        return status;
    }

    private static Google.Rpc.Status Unavailable(string message)
    {
        var status = Plain(StatusCode.Unavailable, "UNAVAILABLE", message);
        status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = RetryDelay }));
        return status;
    }

    private static Google.Rpc.Status Plain(StatusCode code, string reason, string message) => new()
    {
        Code = (int)code,
        Message = message,
        Details = { Any.Pack(new ErrorInfo { Reason = reason, Domain = Domain }) },
    };

    private Google.Rpc.Status Unknown(Exception failure)
    {
        var correlation = Activity.Current?.TraceId.ToHexString() ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        LogUnknown(failure, correlation);
        var status = Plain(StatusCode.Internal, "INTERNAL", $"something went wrong here; its id is {correlation}");
        status.Details.Add(Any.Pack(new RequestInfo { RequestId = correlation }));
        return status;
    }
}
