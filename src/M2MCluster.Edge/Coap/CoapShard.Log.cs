using Microsoft.Extensions.Logging;

namespace M2MCluster.Edge.Coap;

internal sealed partial class CoapShard
{
    [LoggerMessage(4020, LogLevel.Error, "A datagram could not be handled")]
    private static partial void LogDatagram(ILogger logger, Exception failure);

    [LoggerMessage(4021, LogLevel.Warning, "A call to a device's grain failed")]
    private static partial void LogCall(ILogger logger, Exception failure);
}
