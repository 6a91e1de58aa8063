using System.Text.Json;
using M2MCluster.Cli.Output;
using Outcome = M2MCluster.Api.V1.Message.Types.Outcome;

namespace M2MCluster.Cli.Fleet;

/// <summary>A balance as it is shown at the end of a run.</summary>
/// <param name="OnDisk">Null where the disk was not looked at.</param>
/// <param name="Redelivered">Events that came more than once, which a feed may do.</param>
/// <param name="Wrong">Each thing that must not be.</param>
internal sealed record BalanceSheet(
    int ReportsSent, int ReportsAcknowledged, int ReportsInFeed, int? OnDisk, int MessagesAccepted, IReadOnlyDictionary<Outcome, int> Outcomes, long Redelivered, IReadOnlyList<string> Wrong)
{
    private const int UnbalancedExit = 2;
    private const int ShownAtMost = 20;

    /// <summary>Shows it; the exit code, 0 only where nothing is wrong.</summary>
    public int Show(Screen screen)
    {
        if (screen.IsJson)
        {
            screen.WriteJson(JsonSerializer.Serialize(new
            {
                reportsSent = ReportsSent,
                reportsAcknowledged = ReportsAcknowledged,
                reportsInFeed = ReportsInFeed,
                reportsOnDisk = OnDisk,
                messagesAccepted = MessagesAccepted,
                outcomes = Outcomes.ToDictionary(entry => entry.Key.ToString(), entry => entry.Value),
                redelivered = Redelivered,
                wrong = Wrong,
            }));
            return Wrong.Count == 0 ? 0 : UnbalancedExit;
        }

        var table = new Table().Border(TableBorder.Minimal).AddColumn("balance").AddColumn(new TableColumn("").RightAligned());
        Row("reports sent", ReportsSent);
        Row("reports acknowledged", ReportsAcknowledged);
        Row("reports in the feed", ReportsInFeed);
        if (OnDisk is { } onDisk) Row("reports on disk", onDisk);
        Row("messages accepted", MessagesAccepted);
        foreach (var (outcome, count) in Outcomes.OrderBy(entry => entry.Key)) Row($"  ended {outcome}", count);
        Row("events redelivered", Redelivered);
        screen.Console.Write(table);
        foreach (var wrong in Wrong.Take(ShownAtMost)) screen.Say($"[red]{wrong}[/]");
        if (Wrong.Count > ShownAtMost) screen.Say($"[red]and {Wrong.Count - ShownAtMost} more[/]");
        if (Wrong.Count == 0) screen.Say($"[green]Nothing acknowledged is missing or doubled.[/]");
        return Wrong.Count == 0 ? 0 : UnbalancedExit;

        void Row(string label, long count) => table.AddRow(new Text(label), new Text(count.ToString("N0", System.Globalization.CultureInfo.InvariantCulture)));
    }
}
