using System.CommandLine;
using System.Globalization;
using M2MCluster.Api.V1;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli.Commands;

/// <summary><c>m2m cluster</c></summary>
internal static class ClusterCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var watch = new Option<bool>("--watch") { Description = "Again and again, until Ctrl-C." };
        var every = Durations.Option("--interval", "How often, with --watch.", TimeSpan.FromSeconds(2));
        var command = new Command("cluster", "Shows silos, grains, queues, lag and hot spots; for operators.") { watch, every };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetResult(every) is { Implicit: false } && parsed.GetValue(every) < TimeSpan.FromMilliseconds(100)) parsed.AddError("--interval: at least 100ms.");
        });
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            await ShowAsync(session, cancellationToken);
            if (!parsed.GetValue(watch)) return 0;
            using var timer = new PeriodicTimer(parsed.GetValue(every), session.Time);
            while (await timer.WaitForNextTickAsync(cancellationToken)) await ShowAsync(session, cancellationToken);
            return 0;
        });
        return command;
    }

    private static async Task ShowAsync(Session session, CancellationToken cancellationToken)
    {
        var cluster = await session.FrontDoor.Cluster.GetClusterAsync(new(), cancellationToken: cancellationToken);
        session.Screen.Show(cluster, console => Write(console, cluster));
    }

    private static void Write(IAnsiConsole console, Cluster cluster)
    {
        console.WriteLine($"Cluster {cluster.ClusterId}, {Format.Time(cluster.ReadTime)}");
        var silos = Table("silo", "status", "version", "host", "up", "cpu", "memory", "grains", "commit queue", "MQTT");
        foreach (var silo in cluster.Silos) silos.AddRow(Row(silo));
        console.Write(silos);

        var types = cluster.Silos.SelectMany(silo => silo.Grains).GroupBy(grain => grain.Type)
            .Select(type => (Type: type.Key, Count: type.Sum(grain => grain.Activations))).OrderByDescending(type => type.Count).ToList();
        var grains = Table(["grain", "in memory", .. cluster.Silos.Select(silo => Format.Id(silo.Name))]);
        foreach (var (type, count) in types)
            grains.AddRow(Cells([type, Number(count), .. cluster.Silos.Select(silo => Number(silo.Grains.FirstOrDefault(grain => grain.Type == type)?.Activations ?? 0))]));
        console.Write(grains);

        var backlog = cluster.Backlog;
        var late = backlog.OldestDueTime is { } oldest ? $", the oldest by {Span(cluster.ReadTime.ToDateTimeOffset() - oldest.ToDateTimeOffset())}" : "";
        console.WriteLine($"Overdue: {Number(backlog.DueItems)}{late}. Messages waiting: {Number(backlog.WaitingMessages)}.");
        if (backlog.Feeds.Count > 0)
        {
            var feeds = Table("feed", "events not acknowledged");
            foreach (var feed in backlog.Feeds) feeds.AddRow(Cells([feed.Feed, Number(feed.Events)]));
            console.Write(feeds);
        }

        foreach (var spot in cluster.HotSpots)
            console.WriteLine($"Hot: {Format.Id(spot.Silo)} has {spot.Value.ToString("0.#", CultureInfo.InvariantCulture)} of {spot.Figure}; the mean is {spot.Mean.ToString("0.#", CultureInfo.InvariantCulture)}.");
    }

    private static IEnumerable<Text> Row(Silo silo) => Cells(silo.Load is { } load
        ? [Format.Id(silo.Name), $"{silo.Status}", Version(load.Version), silo.HostName, Span(silo.Uptime.ToTimeSpan()), $"{load.CpuPercent.ToString("0.#", CultureInfo.InvariantCulture)} %",
            $"{Mebibytes(load.MemoryBytes)} of {Mebibytes(load.MemoryLimitBytes)} MiB", Number(silo.Activations), Number(load.CommitQueue), Number(load.MqttConnections)]
        : [Format.Id(silo.Name), $"{silo.Status}", "does not answer", silo.HostName, Span(silo.Uptime.ToTimeSpan()), "", "", "", "", ""]);

    /// <summary>With as much of the commit as tells two builds apart.</summary>
    private static string Version(string version) => version.IndexOf('+', StringComparison.Ordinal) is >= 0 and var plus && version.Length > plus + 9 ? version[..(plus + 9)] : version;

    private static Table Table(params string[] columns) => new Table().Border(TableBorder.Minimal).AddColumns(columns);

    private static IEnumerable<Text> Cells(IEnumerable<string> cells) => cells.Select(cell => new Text(cell));

    private static string Mebibytes(long bytes) => (bytes >> 20).ToString(CultureInfo.InvariantCulture);

    private static string Number(long count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary>The two largest units.</summary>
    private static string Span(TimeSpan span) => span switch
    {
        { TotalDays: >= 1 } => $"{(int)span.TotalDays}d {span.Hours}h",
        { TotalHours: >= 1 } => $"{(int)span.TotalHours}h {span.Minutes}m",
        { TotalMinutes: >= 1 } => $"{(int)span.TotalMinutes}m {span.Seconds}s",
        _ => $"{(int)Math.Max(0, span.TotalSeconds)}s",
    };
}
