using System.Diagnostics;
using System.Globalization;

namespace M2MCluster.Benchmarks.Day;

/// <summary>A day of a million devices by the planner's own code: what comes and goes when, without a plan and with it, and what it costs.</summary>
internal static class DayLoad
{
    /// <param name="arguments">How many devices; a million if left out. Where the plot goes; nowhere if left out.</param>
    public static void Run(ReadOnlyMemory<string> arguments)
    {
        var given = arguments.ToArray();
        var settings = new DaySettings(given.Length > 0 ? int.Parse(given[0], CultureInfo.InvariantCulture) : 1_000_000);
        var start = Stopwatch.GetTimestamp();
        var result = DayRun.Run(settings);
        var took = Stopwatch.GetElapsedTime(start);
        foreach (var line in Figures(settings, result)) Console.WriteLine(line);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The day took {took.TotalSeconds:f1} s, with {settings.Devices} messages and {24L * settings.Devices} reports; heap {GC.GetTotalMemory(forceFullCollection: true) / 1048576.0:f0} MiB afterwards."));
        if (given.Length > 1) File.WriteAllText(given[1], DayPlot.Draw(settings, result));
    }

    private static IEnumerable<string> Figures(DaySettings settings, DayResult result)
    {
        yield return "| | without a plan | with it |";
        yield return "|---|---|---|";
        yield return Row("reports, peak to mean by second", DayResult.PeakToMean(result.ReportsBefore), DayResult.PeakToMean(result.ReportsAfter));
        yield return Row("reports, peak to mean by minute", DayResult.PeakToMean(DayResult.ByMinute(result.ReportsBefore)), DayResult.PeakToMean(DayResult.ByMinute(result.ReportsAfter)));
        yield return Row("messages, most in a minute", result.SentBefore.Max(), result.SentAfter.Max());
        yield return Row("messages, peak to mean by minute of the day", DayResult.PeakToMean(result.SentBefore[..DaySettings.Minutes]), DayResult.PeakToMean(result.SentAfter[..DaySettings.Minutes]));
        yield return Row("cost, in messages at the usual price", result.CostBefore, result.CostAfter);
        yield return Row($"minutes beyond the bearer's budget ({settings.Budget})", result.ExceededBefore.Bearer, result.ExceededAfter.Bearer);
        yield return Row($"minutes beyond a cell's budget ({DaySettings.BudgetOfCell}), of {settings.Cells} cells", result.ExceededBefore.Cells, result.ExceededAfter.Cells);
        yield return $"| past their bound, of {result.Tolerant} that could wait | 0 | {result.Late} |";
        yield return $"| not at once, of {result.Urgent} urgent ones | 0 | {result.UrgentWaited}, {result.LongestUrgentWait.TotalSeconds:f0} s at most |";
        yield return $"| gave way to urgent ones | | {result.Displaced} times |";
    }

    private static string Row(string what, double before, double after) => string.Create(CultureInfo.InvariantCulture, $"| {what} | {before:#,##0.##} | {after:#,##0.##} |");
}
