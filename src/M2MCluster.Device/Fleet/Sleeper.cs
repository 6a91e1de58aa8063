using M2MCluster.Protocols.Senml;

namespace M2MCluster.Device.Fleet;

/// <summary>A simulated device, or gateway with children, that wakes to report and to look for messages, and sleeps in between.</summary>
public abstract class Sleeper : IAsyncDisposable
{
    private readonly IReadOnlyList<string> _speaksFor;
    private readonly Readings _readings;
    private long _reports;

    private protected Sleeper(string name, IReadOnlyList<string> children, SleepPlan plan, Readings readings, IFleetWatcher watcher, TimeProvider time)
    {
        Name = name;
        Children = children;
        Plan = plan;
        _readings = readings;
        Watcher = watcher;
        Time = time;
        _speaksFor = [name, .. children];
        Clock = new(time);
    }

    public string Name { get; }

    /// <summary>The number of the first report; above all before where the object has a past.</summary>
    public long FirstSequence { get; init; } = 1;

    public IReadOnlyList<string> Children { get; }

    private protected SleepPlan Plan { get; }

    /// <summary>What the platform told last.</summary>
    private protected DeviceConfig Config { get; set; } = DeviceConfig.None;

    private protected IFleetWatcher Watcher { get; }

    private protected TimeProvider Time { get; }

    /// <summary>The platform's time, once it was needed.</summary>
    private protected PlatformClock Clock { get; }

    /// <summary>Wakes and sleeps until <paramref name="stop"/>; ends awake or asleep, wherever that finds it.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            IReadOnlyDictionary<string, IReadOnlyList<SenmlRecord>>? sampled = null;
            while (true)
            {
                await WakeAsync(report: true, sampled, stop).ConfigureAwait(false);
                await FallAsleepAsync(stop).ConfigureAwait(false);
                sampled = await SleepAsync(stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The way it ends.
        }
    }

    /// <summary>Wakes once more, without a report, so that what waits is fetched.</summary>
    public Task CollectAsync(CancellationToken cancellationToken) => WakeAsync(report: false, null, cancellationToken);

    public abstract ValueTask DisposeAsync();

    private protected abstract Task ConnectAsync(CancellationToken cancellationToken);

    private protected abstract Task ReportAsync(string? child, long sequence, IReadOnlyList<SenmlRecord> records, CancellationToken cancellationToken);

    private protected abstract Task SynchronizeAsync(CancellationToken cancellationToken);

    private protected abstract Task ListenAsync(CancellationToken cancellationToken);

    private protected abstract Task FallAsleepAsync(CancellationToken cancellationToken);

    private protected ValueTask<DeviceResult> Handle(DeviceMessage message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Watcher.MessageReceived(message.Child ?? Name, message);
        return ValueTask.FromResult(DeviceResult.Done);
    }

    /// <summary>Again until it succeeds, or will never.</summary>
    private protected Task<bool> InsistAsync(Func<Task> attempt, CancellationToken cancellationToken) =>
        DeviceRetry.InsistAsync(attempt, failure => Watcher.WentWrong(Name, failure.Message), Time, cancellationToken);

    /// <summary>Sleeps until it is to report; where all are to sample at an instant before, it does, and only then sleeps on.</summary>
    /// <returns>What was sampled, by object; null: what is reported is sampled then.</returns>
    private async Task<IReadOnlyDictionary<string, IReadOnlyList<SenmlRecord>>?> SleepAsync(CancellationToken stop)
    {
        var now = Time.GetUtcNow();
        if (Clock.IsSet && Clock.GetUtcNow() is var common && Config.NextSample(common) is { } instant)
        {
            foreach (var name in _speaksFor) Watcher.FellAsleep(name, now + (instant - common));
            await Clock.UntilAsync(instant, stop).ConfigureAwait(false);
            _reports++;
            var sampled = _speaksFor.ToDictionary(name => name, name => Sampled.At(instant, _readings(name, Sequence)));
            await Clock.UntilAsync(Config.ReportOf(instant), stop).ConfigureAwait(false);
            return sampled;
        }

        var until = (Plan.IsTold ? Config.NextReport(now) : null) ?? now + Plan.Asleep;
        foreach (var name in _speaksFor) Watcher.FellAsleep(name, until);
        await SleepAsync(until, stop).ConfigureAwait(false);
        return null;
    }

    /// <summary>Never ends early: timers count by a coarser clock than the one that says what time it is, and who is early reports in the period before.</summary>
    private async Task SleepAsync(DateTimeOffset until, CancellationToken stop)
    {
        while (until - Time.GetUtcNow() is { Ticks: > 0 } left) await Task.Delay(left + TimeSpan.FromMilliseconds(1), Time, stop).ConfigureAwait(false);
    }

    private long Sequence => FirstSequence + _reports - 1;

    private async Task WakeAsync(bool report, IReadOnlyDictionary<string, IReadOnlyList<SenmlRecord>>? sampled, CancellationToken cancellationToken)
    {
        Watcher.Woke(Name);
        if (!await InsistAsync(() => ConnectAsync(cancellationToken), cancellationToken).ConfigureAwait(false)) return;
        if (report)
        {
            if (sampled is null) _reports++;
            var sequence = Sequence;
            foreach (var name in _speaksFor)
            {
                var records = sampled?[name] ?? _readings(name, sequence);
                Watcher.ReportSent(name, sequence);
                var stored = await InsistAsync(() => ReportAsync(name == Name ? null : name, sequence, records, cancellationToken), cancellationToken).ConfigureAwait(false);
                if (stored) Watcher.ReportStored(name, sequence);
            }
        }

        await InsistAsync(() => ListenAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        if (Plan.IsTold && Config.SamplePhase is not null && Clock.Accuracy > Plan.Accuracy) await InsistAsync(() => SynchronizeAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
    }
}
