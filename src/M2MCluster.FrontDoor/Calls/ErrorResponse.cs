using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace M2MCluster.FrontDoor.Calls;

/// <summary>Answers a failure that did not come out of a gRPC handler, in the form that the caller speaks.</summary>
internal static class ErrorResponse
{
    private static readonly JsonFormatter Formatter = new(new JsonFormatter.Settings(formatDefaultValues: true, ErrorTable.Details));

    public static bool IsGrpc(HttpRequest request) =>
        request.ContentType is { } type && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase);

    public static Task WriteAsync(HttpContext context, Google.Rpc.Status status, int? httpStatus = null, string challenge = "Bearer")
    {
        var response = context.Response;
        if (IsGrpc(context.Request))
        {
            // A trailers-only response.
            response.ContentType = "application/grpc";
            response.Headers["grpc-status"] = status.Code.ToString();
            response.Headers["grpc-message"] = Escape(status.Message);
            response.Headers["grpc-status-details-bin"] = Convert.ToBase64String(status.ToByteArray());
            return Task.CompletedTask;
        }

        var code = (StatusCode)status.Code;
        response.StatusCode = httpStatus ?? HttpStatusOf(code);
        response.ContentType = "application/json; charset=utf-8";
        if (code == StatusCode.Unauthenticated) response.Headers.WWWAuthenticate = challenge;
        if (code == StatusCode.Unavailable) response.Headers.RetryAfter = "1";
        return response.WriteAsync(Formatter.Format(status), context.RequestAborted);
    }

    /// <summary>What gRPC over HTTP/2 escapes, and no more: some clients decode a little only.</summary>
    private static string Escape(string message) =>
        string.Concat(message.EnumerateRunes().Select(rune => rune.Value is >= ' ' and <= '~' and not '%' ? rune.ToString() : Uri.EscapeDataString(rune.ToString())));

    /// <summary>As <c>google.rpc.Code</c> says.</summary>
    private static int HttpStatusOf(StatusCode code) => code switch
    {
        StatusCode.OK => StatusCodes.Status200OK,
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => StatusCodes.Status400BadRequest,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.AlreadyExists or StatusCode.Aborted => StatusCodes.Status409Conflict,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Cancelled => StatusCodes.Status499ClientClosedRequest,
        StatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };
}
