using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Commit;
using Microsoft.Extensions.Logging;

namespace M2MCluster.Grains.Schedule;

/// <summary>Looks each second at the head of the index of due times, and wakes what is due; an object deals with its time in its own turn.</summary>
[GrainType("schedule")]
internal sealed partial class ScheduleGrain(
    TimeProvider time, IStateReader states, ICommitPipeline pipeline, IGrainFactory grains, ILogger<ScheduleGrain> logger) : Grain, IScheduleGrain
{
    private const int PageSize = 1000;
    private const int Parallel = 64;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private IGrainTimer? _timer;

    private enum Result
    {
        Woken,
        Gone,
        Failed,
    }

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
            while (!cancellation.IsCancellationRequested)
            {
                var page = await states.DueAsync(until, PageSize);
                var dealtWith = 0;
                foreach (var chunk in page.Chunk(Parallel))
                {
                    var results = await Task.WhenAll(chunk.Select(WakeAsync));
                    dealtWith += results.Count(result => result != Result.Failed);
                    await ForgetAsync([.. chunk.Where((_, i) => results[i] == Result.Gone)]);
                }

                // What could not be woken stays due, and has its turn again after the period.
                if (page.Count < PageSize || dealtWith == 0) return;
            }
        }
        catch (Exception failure) when (failure is M2MException or StaleVersionException)
        {
            LogLookFailed(failure.Message);
        }
    }

    private async Task<Result> WakeAsync(DueTime due)
    {
        try
        {
            await grains.GetObject(due.ObjectId).Wake(due.At);
            return Result.Woken;
        }
        catch (M2MException gone) when (gone.Code == ErrorCode.NotFound)
        {
            return Result.Gone;
        }
        catch (Exception failure) when (failure is M2MException or TimeoutException or OrleansException)
        {
            LogWakeFailed(due.ObjectId, failure.Message);
            return Result.Failed;
        }
    }

    /// <summary>Takes away the times of objects that are gone.</summary>
    private async Task ForgetAsync(IReadOnlyList<DueTime> gone)
    {
        if (gone.Count == 0) return;
        var former = await states.ReadAsync("schedule", "0");
        var set = new WriteSet(new("schedule", "0", former?.Version ?? 0, []));
        set.Disarm.AddRange(gone);
        await pipeline.CommitAsync(set);
    }

    [LoggerMessage(3001, LogLevel.Warning, "The index of due times could not be read: {Reason}")]
    private partial void LogLookFailed(string reason);

    [LoggerMessage(3002, LogLevel.Warning, "Object {ObjectId} could not be woken: {Reason}")]
    private partial void LogWakeFailed(string objectId, string reason);
}
