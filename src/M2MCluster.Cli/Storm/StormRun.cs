using System.Globalization;
using System.Text.Json;
using M2MCluster.Cli.Fleet;
using M2MCluster.Device;
using M2MCluster.Device.Coap;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.Cli.Storm;

/// <summary>A run of <c>m2m storm</c>.</summary>
internal sealed class StormRun(Session session, StormSettings settings)
{
    private const int UnservedExit = 2;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StatusEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private readonly StormCount _crowd = new();
    private readonly StormCount _steady = new();

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var stage = await Stage.SetAsync(session.FrontDoor, "storm", session.Time, cancellationToken);
        var crowd = Names(stage, "d", settings.Devices);
        var steady = Names(stage, "s", settings.Steady);
        await stage.CreateObjectsAsync(crowd.Concat(steady).Select(id => (id, (string?)null, false)), null, cancellationToken);
        var devices = crowd.Select(Open).ToList();
        session.Screen.Say($"[dim]{devices.Count} devices of application {stage.Prefix} are switched on[/]");
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var living = steady.Select(name => LiveAsync(name, stop.Token)).ToArray();
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Patience);
            var start = session.Time.GetTimestamp();
            var serving = devices.Select(device => Task.Run(() => ServeAsync(device, start, patience.Token), CancellationToken.None)).ToArray();
            await WatchAsync(Task.WhenAll(serving));
            await stop.CancelAsync();
            await Task.WhenAll(living);
        }
        finally
        {
            foreach (var device in devices) await device.DisposeAsync();
        }

        return Show();
    }

    private static List<string> Names(Stage stage, string kind, int count) => [.. Enumerable.Range(1, count).Select(i => stage.NameOf($"{kind}{i}"))];

    private static DeviceReport First(CoapDevice device) => DeviceReport.OfCbor(device.ReportIds.Next(), [new SenmlRecord { Name = "boot", Value = 1 }]);

    private CoapDevice Open(string name) =>
        new(new CoapDeviceOptions { Name = name, Server = settings.Target, LocalAddress = settings.Local }, session.Time);

    private async Task ServeAsync(CoapDevice device, long start, CancellationToken cancellationToken)
    {
        try
        {
            if (!await DeviceRetry.InsistAsync(() => device.RegisterAsync(cancellationToken), _crowd.Fail, session.Time, cancellationToken)) return;
            var report = First(device);
            if (!await DeviceRetry.InsistAsync(() => device.ReportAsync(report, cancellationToken: cancellationToken), _crowd.Fail, session.Time, cancellationToken)) return;
            _crowd.Serve(session.Time.GetElapsedTime(start));
        }
        catch (OperationCanceledException)
        {
            // Counted among those that were not served.
        }
    }

    private async Task LiveAsync(string name, CancellationToken stop)
    {
        await using var device = Open(name);
        try
        {
            for (var due = session.Time.GetTimestamp(); ;)
            {
                var report = First(device);
                if (await DeviceRetry.InsistAsync(() => device.ReportAsync(report, cancellationToken: stop), _steady.Fail, session.Time, stop)) _steady.Serve(session.Time.GetElapsedTime(due));
                due += (long)(Period.TotalSeconds * session.Time.TimestampFrequency);
                if (session.Time.GetElapsedTime(session.Time.GetTimestamp(), due) is var rest && rest > TimeSpan.Zero) await Task.Delay(rest, session.Time, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The way it ends.
        }
    }

    private async Task WatchAsync(Task serving)
    {
        while (!serving.IsCompleted)
        {
            await Task.WhenAny(serving, Task.Delay(StatusEvery, session.Time));
            if (!serving.IsCompleted) session.Screen.Say($"[dim]{_crowd.Served:N0} served, {_crowd.TurnedAway:N0} times told to come later[/]");
        }

        await serving;
    }

    private int Show()
    {
        if (session.Screen.IsJson)
        {
            session.Screen.WriteJson(JsonSerializer.Serialize(new { devices = settings.Devices, crowd = Summary(_crowd), steady = Summary(_steady) }));
        }
        else
        {
            var table = new Table().Border(TableBorder.Minimal);
            foreach (var column in (string[])["", "served", "told to come later", "not answered", "p50 s", "p99 s", "max s"]) table.AddColumn(new TableColumn(column).RightAligned());
            Row(table, "switched on", _crowd);
            Row(table, "steady", _steady);
            session.Screen.Console.Write(table);
        }

        return _crowd.Served == settings.Devices && _steady.Unanswered == 0 && _steady.Served > 0 ? 0 : UnservedExit;
    }

    private static object Summary(StormCount count) => new
    {
        served = count.Served,
        turnedAway = count.TurnedAway,
        unanswered = count.Unanswered,
        refused = count.Refused,
        seconds = new { p50 = count.Percentile(50), p99 = count.Percentile(99), max = count.Percentile(100) },
    };

    private static void Row(Table table, string label, StormCount count) => table.AddRow(
        label, Number(count.Served), Number(count.TurnedAway), Number(count.Unanswered), Seconds(count, 50), Seconds(count, 99), Seconds(count, 100));

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Seconds(StormCount count, double percentile) => count.Percentile(percentile).ToString("0.000", CultureInfo.InvariantCulture);
}
