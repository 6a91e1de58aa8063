using System.Runtime.CompilerServices;
using Grpc.Core;
using M2MCluster.Api.V1;

namespace M2MCluster.Client;

/// <summary>One watch that outlives its connections.</summary>
internal sealed class EventWatch(EventService.EventServiceClient events, TimeProvider time)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly RecentIds _seen = new();

    public async IAsyncEnumerable<WatchEventsResponse> FollowAsync(
        string parent, string cursor, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var wait = FirstWait;
        while (true)
        {
            using (var call = events.WatchEvents(new() { Parent = parent, Cursor = cursor }, cancellationToken: cancellation))
            {
                while (await NextAsync(call.ResponseStream, cancellation) is { } response)
                {
                    wait = FirstWait;
                    cursor = response.Cursor;
                    if (_seen.Add(response.Event.Id)) yield return response;
                }
            }

            cancellation.ThrowIfCancellationRequested();
#pragma warning disable CA5394 // Jitter is no secret.
            await Task.Delay(wait * (0.5 + Random.Shared.NextDouble() / 2), time, cancellation);
#pragma warning restore CA5394
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    /// <summary>The next event, or null when the connection is lost.</summary>
    private static async ValueTask<WatchEventsResponse?> NextAsync(IAsyncStreamReader<WatchEventsResponse> stream, CancellationToken cancellation)
    {
        try
        {
            return await stream.MoveNext(cancellation) ? stream.Current : null;
        }
        catch (RpcException failure) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(failure.Message, failure, cancellation);
        }
        catch (RpcException failure) when (failure.StatusCode
            is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unknown or StatusCode.Cancelled or StatusCode.DeadlineExceeded
            or StatusCode.Aborted or StatusCode.ResourceExhausted)
        {
            return null;
        }
    }
}
