using Grpc.Core;
using M2MCluster.Contracts;
using M2MCluster.FrontDoor.Access;
using M2MCluster.FrontDoor.Events;
using M2MCluster.FrontDoor.Metering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http;

namespace M2MCluster.FrontDoor.Calls;

/// <summary>Stands before every endpoint of the front door: nothing of a request is read before its key is known.</summary>
internal sealed class Gate(Authenticator authenticator, JsonRequestCheck check, EventStream events, ErrorTable errors)
{
    public void Guard(EndpointBuilder endpoint)
    {
        var inner = endpoint.RequestDelegate!;
        var json = endpoint.Metadata.OfType<GrpcJsonTranscodingMetadata>().FirstOrDefault();
        endpoint.RequestDelegate = context => EnterAsync(context, json, inner);
    }

    /// <summary>An endpoint of the API that is not one of gRPC's.</summary>
    public RequestDelegate Guard(RequestDelegate inner) => context => EnterAsync(context, null, inner);

    /// <summary>What no other endpoint of the API takes.</summary>
    public Task RefuseUnknownAsync(HttpContext context) => EnterAsync(context, null, RefuseAsync);

    private static Task RefuseAsync(HttpContext context)
    {
        var request = context.Request;
        var verbs = VerbTable.VerbsAt(context);
        if (verbs.Count == 0) throw new M2MException(ErrorCode.NotFound, $"there is no {request.Method} {request.Path}");
        // RFC 9110, 15.5.6.
        context.Response.Headers.Allow = string.Join(", ", verbs);
        return ErrorResponse.WriteAsync(context, ErrorTable.NotAllowed(request.Method, request.Path), StatusCodes.Status405MethodNotAllowed);
    }

    private async Task EnterAsync(HttpContext context, GrpcJsonTranscodingMetadata? json, RequestDelegate inner)
    {
        try
        {
            context.Features.Set(await authenticator.AuthenticateAsync(context));
            if (json is not null)
            {
                await check.CheckAsync(context, json);
                if (EventStream.IsAskedFor(context, json))
                {
                    await events.WriteAsync(context);
                    return;
                }
            }

            await inner(context);
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            var status = errors.StatusOf(failure, context.RequestAborted.IsCancellationRequested);
            CallTags.AddRefusal(context, (StatusCode)status.Code);
            var tooLarge = failure is M2MException { Code: ErrorCode.TooLarge };
            await ErrorResponse.WriteAsync(context, status, tooLarge ? StatusCodes.Status413PayloadTooLarge : null);
        }
    }
}
