using Microsoft.Extensions.Logging;

namespace M2MCluster.FrontDoor.Webhooks;

internal sealed partial class WebhookDispatcher
{
    [LoggerMessage(6201, LogLevel.Warning, "Webhook {Feed} did not accept an event, attempt {Attempt}: {What}; again in {Seconds} s")]
    private partial void LogRefused(string feed, int attempt, string what, double seconds);
}
