using Microsoft.Extensions.Logging;

namespace M2MCluster.Edge.Coap;

internal sealed partial class CoapIngress
{
    [LoggerMessage(4010, LogLevel.Debug, "A call for {Resource} could not be made now")]
    private static partial void LogTransient(ILogger logger, CoapResource resource, Exception failure);

    [LoggerMessage(4011, LogLevel.Error, "A request for {Resource} failed, {Correlation}")]
    private static partial void LogUnforeseen(ILogger logger, CoapResource resource, string correlation, Exception failure);
}
