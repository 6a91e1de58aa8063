using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.FrontDoor.Access;
using M2MCluster.FrontDoor.Calls;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace M2MCluster.FrontDoor.Events;

/// <summary>The watch as <c>text/event-stream</c>: each event's id is the cursor after it, so that Last-Event-ID resumes.</summary>
internal sealed class EventStream(FeedFollower follower, Feeds feeds, Authenticator authenticator, IHostApplicationLifetime lifetime)
{
    public const string ContentType = "text/event-stream";
    private const string Suffix = "/events:watch";

    public static bool IsAskedFor(HttpContext context, GrpcJsonTranscodingMetadata endpoint) =>
        endpoint.MethodDescriptor.Name == "WatchEvents"
        && context.Request.Headers.Accept.Any(accept => accept is not null && accept.Contains(ContentType, StringComparison.OrdinalIgnoreCase));

    public async Task WriteAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var request = new V1.WatchEventsRequest
        {
            Parent = path["/v1/".Length..^Suffix.Length],
            Cursor = context.Request.Headers["Last-Event-ID"].FirstOrDefault() ?? context.Request.Query["cursor"].FirstOrDefault() ?? "",
        };
        AccessPolicy.Authorize(context.Principal(), "/m2m.v1.EventService/WatchEvents", request);
        var (feed, cursor) = await feeds.OpenAsync(request.Parent, request.Cursor, new(), context.RequestAborted);

        var response = context.Response;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        await response.Body.FlushAsync(context.RequestAborted);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var batchBegins = true;
        try
        {
            await foreach (var (item, after, moreFollow) in follower.FollowAsync(feed, cursor, ends.Token))
            {
                // As in a watch by gRPC: a key that was revoked meanwhile reads no further.
                if (batchBegins) await authenticator.AuthenticateAsync(context);
                batchBegins = !moreFollow;
                Write(response.BodyWriter, item, after);
                await response.BodyWriter.FlushAsync(ends.Token);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or M2MException { Code: ErrorCode.Unauthenticated })
        {
            // The stream simply ends, after a whole event: its reader comes back with the last id, and hears then if its key is not valid any more.
        }
    }

    // Whole before anything is waited for, so that a node that ends does not cut an event in two.
    private static void Write(PipeWriter writer, FeedEvent item, FeedCursor after)
    {
        writer.Write(Encoding.UTF8.GetBytes($"id: {after}\nevent: {item.Type}\ndata: "));
        writer.Write(EventJson.Write(item).Span);
        writer.Write("\n\n"u8);
    }
}
