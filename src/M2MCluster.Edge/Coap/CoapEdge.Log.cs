using System.Net;
using Microsoft.Extensions.Logging;

namespace M2MCluster.Edge.Coap;

internal sealed partial class CoapEdge
{
    [LoggerMessage(4000, LogLevel.Information, "CoAP listens on {Endpoint}")]
    private static partial void LogListening(ILogger logger, IPEndPoint endpoint);

    [LoggerMessage(4001, LogLevel.Warning, "Plain CoAP is off: {Address} is beyond loopback and M2M:Edge:Coap:AllowPlain is not set")]
    private static partial void LogPlainRefused(ILogger logger, string address);
}
