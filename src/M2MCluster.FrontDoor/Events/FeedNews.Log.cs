using Microsoft.Extensions.Logging;

namespace M2MCluster.FrontDoor.Events;

internal sealed partial class FeedNews
{
    [LoggerMessage(6101, LogLevel.Warning, "Hints of feed {Feed} cannot be had; it is polled")]
    private partial void LogWatchFailed(Exception failure, string feed);
}
