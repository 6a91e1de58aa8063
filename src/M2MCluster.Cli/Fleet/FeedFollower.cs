using Grpc.Core;
using M2MCluster.Api.V1;
using M2MCluster.Client;

namespace M2MCluster.Cli.Fleet;

/// <summary>
/// Reads an application's feed from its beginning, over restarts of the node. Unlike the client's watch it leaves redelivered events in, to be counted.
/// </summary>
internal sealed class FeedFollower(M2MClient frontDoor, string application, TimeProvider time)
{
    private static readonly TimeSpan ReconnectAfter = TimeSpan.FromMilliseconds(500);

    /// <summary>Hands over each event as it comes, until cancelled; again after a reconnection, if the same comes twice.</summary>
    public async Task RunAsync(Action<Event> take, CancellationToken cancellationToken)
    {
        var cursor = string.Empty;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using var call = frontDoor.Events.WatchEvents(new WatchEventsRequest { Parent = application, Cursor = cursor }, cancellationToken: cancellationToken);
                await foreach (var next in call.ResponseStream.ReadAllAsync(cancellationToken))
                {
                    take(next.Event);
                    cursor = next.Cursor;
                }
            }
            catch (Exception ended) when (ended is RpcException or OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (RpcException lost) when (lost.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled)
            {
                // The node restarts, or the connection broke: the cursor knows where to go on.
            }

            try
            {
                await Task.Delay(ReconnectAfter, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
