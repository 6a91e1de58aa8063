using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Reading;
using M2MCluster.FrontDoor.Access;
using M2MCluster.FrontDoor.Calls;
using M2MCluster.FrontDoor.Requests;
using Microsoft.Extensions.Hosting;

namespace M2MCluster.FrontDoor.Events;

internal sealed class EventsApi(
    IFeedReader reader, FeedFollower follower, Feeds feeds, Acknowledging acknowledging, Authenticator authenticator, IHostApplicationLifetime lifetime) : V1.EventService.EventServiceBase
{
    private static readonly WriteOptions Buffered = new(WriteFlags.BufferHint);

    public override async Task<V1.ListEventsResponse> ListEvents(V1.ListEventsRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var size = Paging.Size(request.PageSize, problems);
        var (feed, cursor) = await feeds.OpenAsync(request.Parent, request.Cursor, problems, context.CancellationToken);
        var answer = new V1.ListEventsResponse();
        foreach (var item in await reader.ReadAsync(feed, cursor, size, context.CancellationToken))
        {
            cursor = cursor.Past(item.Position);
            answer.Events.Add(Answer(item));
        }

        answer.Cursor = cursor.ToString();
        return answer;
    }

    public override async Task WatchEvents(V1.WatchEventsRequest request, IServerStreamWriter<V1.WatchEventsResponse> responseStream, ServerCallContext context)
    {
        var (feed, cursor) = await feeds.OpenAsync(request.Parent, request.Cursor, new(), context.CancellationToken);
        await Watches.StartAsync(context);
        var http = context.GetHttpContext();
        var isGrpc = ErrorResponse.IsGrpc(http.Request);
        var batchBegins = true;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await foreach (var (item, after, moreFollow) in follower.FollowAsync(feed, cursor, ends.Token))
            {
                // A key that was revoked meanwhile reads no further, not even in a watch that it opened before.
                if (batchBegins) await authenticator.AuthenticateAsync(http);
                batchBegins = !moreFollow;
                // What comes in one batch goes out in one; JSON transcoding has no such option.
                if (isGrpc) responseStream.WriteOptions = moreFollow ? Buffered : null;
                await responseStream.WriteAsync(new() { Event = Answer(item), Cursor = after.ToString() }, ends.Token);
            }
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            throw new M2MException(ErrorCode.Unavailable, "this node stops; watch on at another by the last cursor");
        }
    }

    public override async Task<Empty> AcknowledgeEvents(V1.AcknowledgeEventsRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        problems.Require(request.Cursor.Length > 0, "cursor", "is needed");
        var (feed, cursor) = await feeds.OpenAsync(request.Parent, request.Cursor, problems, context.CancellationToken);
        await acknowledging.AcknowledgeAsync(feed, cursor, context.CancellationToken);
        return new();
    }

    private static V1.Event Answer(FeedEvent from)
    {
        var answer = new V1.Event
        {
            Specversion = "1.0",
            Id = EventJson.IdOf(from),
            Type = from.Type,
            Source = EventJson.Source,
            Subject = from.Subject,
            Time = TimedId.TimeOf(from.Id).ToTimestamp(),
            Datacontenttype = "application/json",
            Data = JsonValues.Parse(EventJson.Data(from).Span),
        };
        if (from.TraceParent is not null) answer.Traceparent = from.TraceParent;
        return answer;
    }
}
