using Microsoft.Extensions.Logging;

namespace M2MCluster.FrontDoor.Calls;

internal sealed partial class ErrorTable
{
    [LoggerMessage(6001, LogLevel.Error, "Call failed; correlation {Correlation}")]
    private partial void LogUnknown(Exception failure, string correlation);
}
