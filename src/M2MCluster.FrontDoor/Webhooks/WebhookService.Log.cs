using Microsoft.Extensions.Logging;

namespace M2MCluster.FrontDoor.Webhooks;

internal sealed partial class WebhookService
{
    [LoggerMessage(6211, LogLevel.Warning, "Webhook subscriptions cannot be looked up; trying again")]
    private partial void LogLookFailed(Exception failure);

    [LoggerMessage(6212, LogLevel.Warning, "Webhook {Feed} is interrupted; beginning anew")]
    private partial void LogDispatcherFailed(Exception failure, string feed);
}
