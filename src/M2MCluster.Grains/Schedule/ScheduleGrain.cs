using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Commit;
using Microsoft.Extensions.Logging;

namespace M2MCluster.Grains.Schedule;

/// <summary>Looks each second at the head of the index of due times, and wakes what is due; an object deals with its time in its own turn.</summary>
[GrainType("schedule")]
internal sealed partial class ScheduleGrain(
    TimeProvider time, IStateReader states, IGrainFactory grains, ILogger<ScheduleGrain> logger) : Grain, IScheduleGrain
{
    private const int PageSize = 1000;
    private const int Parallel = 64;
    private const int MaxFailed = 10_000;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private IGrainTimer? _timer;

    public ValueTask Start()
    {
        _timer ??= this.RegisterGrainTimer(LookAsync, new() { DueTime = TimeSpan.Zero, Period = Period, KeepAlive = true });
        return default;
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        try
        {
            var until = time.GetUtcNow().ToUnixTimeMilliseconds();
            var failed = new HashSet<DueTime>();
            while (!cancellation.IsCancellationRequested)
            {
                // What could not be woken stays due, is passed over, and has its turn again after the period.
                var page = await states.DueAsync(until, PageSize + failed.Count);
                var fresh = page.Where(due => !failed.Contains(due)).ToList();
                foreach (var chunk in fresh.Chunk(Parallel))
                {
                    var woken = await Task.WhenAll(chunk.Select(WakeAsync));
                    failed.UnionWith(chunk.Where((_, i) => !woken[i]));
                }

                if (fresh.Count < PageSize || failed.Count > MaxFailed) return;
            }
        }
        catch (M2MException failure)
        {
            LogLookFailed(failure.Message);
        }
    }

    /// <summary>False: it is still due. One object's trouble, whatever it is, does not keep the others asleep.</summary>
    private async Task<bool> WakeAsync(DueTime due)
    {
        try
        {
            if (Names.IdIn(due.ObjectId, Names.Messages) is { } text && MessageId.TryParse(text, out var message))
                await grains.GetGrain<IGroupMessageGrain>(message.Value).Wake();
            else await grains.GetObject(due.ObjectId).Wake(due.At);
            return true;
        }
        catch (Exception failure)
        {
            LogWakeFailed(due.ObjectId, failure.Message);
            return false;
        }
    }

    [LoggerMessage(3001, LogLevel.Warning, "The index of due times could not be read: {Reason}")]
    private partial void LogLookFailed(string reason);

    [LoggerMessage(3002, LogLevel.Warning, "Object {ObjectId} could not be woken: {Reason}")]
    private partial void LogWakeFailed(string objectId, string reason);
}
