using Microsoft.Extensions.Logging;

namespace M2MCluster.Storage.Commit;

internal sealed partial class CommitPipeline
{
    [LoggerMessage(5000, LogLevel.Error, "A batch of {Count} write sets failed")]
    private partial void LogFailed(int count, Exception failure);

    [LoggerMessage(5003, LogLevel.Warning, "A batch of {Count} write sets failed as the one before: {Reason}")]
    private partial void LogFailedAgain(int count, string reason);

    [LoggerMessage(5001, LogLevel.Error, "A write set was refused by the database")]
    private partial void LogRefused(Exception failure);

    [LoggerMessage(5002, LogLevel.Warning, "A feed's hint failed; its readers find the events by their slow poll")]
    private partial void LogHint(Exception failure);
}
