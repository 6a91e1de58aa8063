using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;
using Microsoft.Extensions.Logging;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace M2MCluster.Grains.Schedule;

/// <summary>
/// One shard of the index of due times, read ahead into a <see cref="DueWindow"/>; one timer for all that is in it. Whatever is lost with
/// the silo is on disk: where the shard starts again, it reads. Each silo starts its share, and the reminder starts a shard whose silo is gone.
/// </summary>
[GrainType("schedule"), PreferLocalPlacement]
internal sealed partial class ScheduleGrain : Grain, IScheduleGrain, IRemindable
{
    private const string Reminder = "alive";
    private const int PageSize = 256;

    // Pages are worth more than a quarter of a second.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);

    // Silos that start or stop see each other come and go; a shard does not run after each view.
    private static readonly TimeSpan ShortestStay = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time;
    private readonly Firing _firing;
    private readonly ILogger _logger;
    private readonly DueWindow _window;
    private readonly DateTimeOffset _activatedAt;
    private IGrainTimer? _timer;
    private bool _inRound;
    private bool _isReminded;
    private bool _isTold;

    public ScheduleGrain(TimeProvider time, IStateReader states, Firing firing, ILogger<ScheduleGrain> logger)
    {
        _time = time;
        _firing = firing;
        _logger = logger;
        _window = new((int)this.GetPrimaryKeyLong(), states);
        _activatedAt = time.GetUtcNow();
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    public async ValueTask StartOn(string silo)
    {
        var home = SiloAddress.FromParsableString(silo);
        if (!home.Equals(GrainContext.Address.SiloAddress) && (_timer is null || _time.GetUtcNow() - _activatedAt > ShortestStay))
        {
            RequestContext.Set(IPlacementDirector.PlacementHintKey, home);
            MigrateOnIdle();
            return;
        }

        Begin();
        await RemindAsync();
    }

    public ValueTask Armed(ImmutableArray<DueTime> times)
    {
        if (_timer is null) return default;
        foreach (var due in times) _window.Armed(due);
        if (!_inRound) _timer.Change(Pause(), Timeout.InfiniteTimeSpan);
        return default;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        Begin();
        return Task.CompletedTask;
    }

    // A round may be long, if much is due: meanwhile the shard can be told of times, and moved.
    private void Begin() => _timer ??= this.RegisterGrainTimer(
        RoundAsync, new() { DueTime = TimeSpan.Zero, Period = Timeout.InfiniteTimeSpan, Interleave = true, KeepAlive = true });

    private async Task RoundAsync(CancellationToken cancellation)
    {
        _inRound = true;
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                await _window.LookAsync(Now);
                _isTold = false;
                var page = _window.Take(Now, PageSize);
                if (page.Count == 0) break;
                await FireAsync(page);
            }
        }
        catch (M2MException failure)
        {
            // Once for each time that the database is away: there are many shards.
            if (!_isTold) LogLookFailed(this.GetPrimaryKeyLong(), failure.Message);
            _isTold = true;
            _window.LookAgainAt(Now + (long)RetryAfter.TotalMilliseconds);
        }
        finally
        {
            _inRound = false;
            if (!cancellation.IsCancellationRequested) _timer?.Change(Pause(), Timeout.InfiniteTimeSpan);
        }
    }

    private async Task FireAsync(List<DueTime> page)
    {
        IReadOnlyList<DueTime> failed = page;
        try
        {
            failed = await _firing.FireAsync(page);
        }
        finally
        {
            foreach (var due in page.Except(failed)) _window.Done(due);
            foreach (var due in failed) _window.Retry(due, Now + (long)RetryAfter.TotalMilliseconds);
        }
    }

    private TimeSpan Pause()
    {
        var pause = TimeSpan.FromMilliseconds(Math.Clamp(_window.Next - Now, 0, (long)DueWindow.Period.TotalMilliseconds));
        return pause > ShortestPause ? pause : ShortestPause;
    }

    private async ValueTask RemindAsync()
    {
        if (_isReminded) return;
        try
        {
            await this.RegisterOrUpdateReminder(Reminder, ReminderPeriod, ReminderPeriod);
            _isReminded = true;
        }
        catch (Exception failure)
        {
            // The silo says again in a moment that the shard is to be at work.
            LogReminderFailed(this.GetPrimaryKeyLong(), failure.Message);
        }
    }

    [LoggerMessage(3001, LogLevel.Warning, "Shard {Shard} of the index of due times could not be read: {Reason}")]
    private partial void LogLookFailed(long shard, string reason);

    [LoggerMessage(3003, LogLevel.Warning, "Shard {Shard} of the schedule has no reminder yet: {Reason}")]
    private partial void LogReminderFailed(long shard, string reason);
}
