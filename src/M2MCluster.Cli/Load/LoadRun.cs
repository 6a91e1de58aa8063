using System.Globalization;
using System.Text.Json;
using HdrHistogram;
using M2MCluster.Cli.Fleet;

namespace M2MCluster.Cli.Load;

/// <summary>A run of <c>m2m load</c>.</summary>
internal sealed class LoadRun(Session session, LoadSettings settings)
{
    private const int UnbalancedExit = 2;
    private static readonly TimeSpan AckTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReconnectAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan StatusEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var stage = await Stage.SetAsync(session.FrontDoor, "load", session.Time, cancellationToken, settings.Existing);
        var report = settings.Existing is { } there
            ? new LoadReport(there, settings.PayloadSize, LoadSpread.Over(settings.Registered, settings.Devices))
            : new LoadReport(stage.NameOf(""), settings.PayloadSize);
        var objects = Enumerable.Range(0, settings.Devices).Select(report.ObjectOf).ToArray();
        if (settings.Existing is null) await stage.CreateObjectsAsync(objects.Select(id => (id, (string?)null, false)), null, cancellationToken);
        var secrets = settings.Bearer == LoadBearer.Mqtt ? await stage.CreateSecretsAsync(objects, cancellationToken) : null;
        session.Screen.Say($"[dim]{settings.Devices} devices of application {stage.Prefix}, {settings.Bearer} to {settings.Target.ToString()}[/]");

        var clock = new LoadClock(session.Time);
        var feedback = settings.Notified ? new Feedback(clock) : null;
        using var feed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = feedback is null ? Task.CompletedTask : Task.Run(() => stage.FollowAsync(feedback.Take, feed.Token), CancellationToken.None);
        var lanes = OpenLanes(report, secrets, clock);
        try
        {
            using var log = settings.Log is null ? null : new LoadLog(settings.Log, report);
            var engine = new LoadEngine(settings, lanes, clock, log, feedback);
            await RunAsync(engine, cancellationToken);
            if (feedback is not null) await Settlement.WaitAsync(() => feedback.HasAll, Patience, session.Time, cancellationToken);
            await feed.CancelAsync();
            await following;
            return Show(engine, feedback);
        }
        finally
        {
            await feed.CancelAsync();
            foreach (var lane in lanes) lane.Dispose();
        }
    }

    private List<LoadLane> OpenLanes(LoadReport report, IReadOnlyDictionary<string, string>? secrets, LoadClock clock)
    {
        var lanes = new List<LoadLane>();
        var count = settings.Bearer == LoadBearer.Mqtt ? settings.Devices : Math.Min(settings.Sockets, settings.Devices);
        for (var i = 0; i < count; i++)
        {
            lanes.Add(secrets is null
                ? new CoapLoadLane(settings.Target, report, clock.Ticks(AckTimeout))
                : new MqttLoadLane(settings.Target, i, secrets[report.ObjectOf(i)], report, clock.Ticks(ReconnectAfter)));
        }

        return lanes;
    }

    private async Task RunAsync(LoadEngine engine, CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                engine.Run(cancellationToken);
                ended.SetResult();
            }
#pragma warning disable CA1031 // Handed to whoever awaits the run.
            catch (Exception failure)
            {
                ended.SetException(failure);
            }
#pragma warning restore CA1031
        })
        { Name = "load", IsBackground = true };
        thread.Start();
        for (long before = 0; !ended.Task.IsCompleted;)
        {
            await Task.WhenAny(ended.Task, Task.Delay(StatusEvery, session.Time, cancellationToken));
            var acknowledged = engine.AcknowledgedCount;
            if (!ended.Task.IsCompleted) session.Screen.Say($"[dim]{(acknowledged - before) / StatusEvery.TotalSeconds:N0}/s, {acknowledged:N0} acknowledged[/]");
            before = acknowledged;
        }

        await ended.Task;
    }

    private int Show(LoadEngine engine, Feedback? feedback)
    {
        var rate = engine.Measured / settings.Duration.TotalSeconds;
        var failed = engine.Failures.Values.Sum();
        HistogramBase latencies = engine.Latencies;
        if (settings.Rate <= 0 && engine.Measured > 0)
        {
            // A closed loop sends nothing while it waits: what it would have sent at its own mean pace is added.
            latencies = Latency.Correct(engine.Latencies, (long)Math.Max(1, settings.InFlight / rate * 1_000_000));
        }

        var missing = feedback?.Missing() ?? 0;
        if (session.Screen.IsJson) session.Screen.WriteJson(JsonSerializer.Serialize(Summary(engine, feedback, rate, latencies, missing)));
        else ShowTable(engine, feedback, rate, latencies);
        foreach (var (why, count) in engine.Failures) session.Screen.Say($"[red]{count:N0} failed: {why}[/]");
        if (feedback is not null && missing + feedback.Doubled == 0) session.Screen.Say($"[green]All {feedback.Heard:N0} acknowledged reports are in the feed, each once.[/]");
        else if (feedback is not null) session.Screen.Say($"[red]{missing:N0} acknowledged reports are missing in the feed, {feedback.Doubled:N0} are doubled.[/]");
        return failed == 0 && missing == 0 && (feedback?.Doubled ?? 0) == 0 ? 0 : UnbalancedExit;
    }

    private void ShowTable(LoadEngine engine, Feedback? feedback, double rate, HistogramBase latencies)
    {
        var table = new Table().Border(TableBorder.Minimal);
        foreach (var column in (string[])["", "reports", "per second", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "max ms"]) table.AddColumn(new TableColumn(column).RightAligned());
        Row("acknowledged", engine.AcknowledgedCount, rate, latencies);
        if (latencies != engine.Latencies) Row("uncorrected", engine.AcknowledgedCount, rate, engine.Latencies);
        if (feedback is not null) Row("notified", feedback.Heard, null, feedback.Latencies);
        session.Screen.Console.Write(table);
        if (engine.Retransmissions > 0) session.Screen.Say($"[yellow]{engine.Retransmissions:N0} retransmissions[/]");

        void Row(string label, long count, double? perSecond, HistogramBase histogram) => table.AddRow(
            label, Number(count), perSecond is { } known ? Number(known) : "", Ms(histogram, 50), Ms(histogram, 90), Ms(histogram, 99), Ms(histogram, 99.9), Ms(histogram, 100));
    }

    private object Summary(LoadEngine engine, Feedback? feedback, double rate, HistogramBase latencies, long missing) => new
    {
        bearer = settings.Bearer.ToString(),
        devices = settings.Devices,
        sent = engine.Sent,
        acknowledged = engine.AcknowledgedCount,
        ratePerSecond = rate,
        latencyMs = Percentiles(latencies),
        retransmissions = engine.Retransmissions,
        failures = engine.Failures,
        notified = feedback is null ? null : new { heard = feedback.Heard, missing, doubled = feedback.Doubled, redelivered = feedback.Redelivered, latencyMs = Percentiles(feedback.Latencies) },
    };

    private static Dictionary<string, double> Percentiles(HistogramBase histogram) =>
        new[] { 50, 90, 99, 99.9, 100 }.ToDictionary(p => p == 100 ? "max" : "p" + p.ToString(CultureInfo.InvariantCulture), p => Milliseconds(histogram, p));

    private static double Milliseconds(HistogramBase histogram, double percentile) => histogram.TotalCount == 0 ? 0 : histogram.GetValueAtPercentile(percentile) / 1000.0;

    private static string Ms(HistogramBase histogram, double percentile) => Milliseconds(histogram, percentile).ToString("0.00", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
