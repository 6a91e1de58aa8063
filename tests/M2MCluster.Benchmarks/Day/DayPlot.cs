using System.Globalization;
using System.Text;

namespace M2MCluster.Benchmarks.Day;

/// <summary>Draws the load curves of a day as SVG: below what is sent, on a straight scale; above what comes, on one of powers of ten.</summary>
internal static class DayPlot
{
    private const int Left = 90;
    private const int Width = 960;
    private const int Height = 260;
    private const int Gap = 70;

    public static string Draw(DaySettings settings, DayResult result)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Left + Width + 20} {(2 * (Height + Gap)) + 20}\" font-family=\"sans-serif\" font-size=\"13\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        var before = DayResult.ByMinute(result.ReportsBefore);
        var top = Math.Ceiling(Math.Log10(before.Max()));
        Panel(svg, 30, $"Reports a minute, of {Number(settings.Devices)} devices, one an hour each", value => value <= 1 ? 0 : Math.Log10(value) / top,
            [.. Enumerable.Range(0, (int)top + 1).Select(power => Math.Pow(10, power))], [(before, "#c33", "at the full hour"), (DayResult.ByMinute(result.ReportsAfter), "#06c", "as they are told")]);
        var most = Nice(result.SentBefore.Max());
        Panel(svg, 30 + Height + Gap, $"Messages sent a minute, {Number(settings.Devices)} in all", value => value / most,
            [.. Enumerable.Range(0, 6).Select(i => most * i / 5)],
            [(result.SentBefore, "#c33", "at once"), (result.SentAfter, "#06c", "by plan"), (result.Budget, "#090", "budget")]);
        return svg.Append("</svg>\n").ToString();
    }

    private static void Panel(StringBuilder svg, int y, string title, Func<double, double> scale, double[] ticks, (int[] Values, string Color, string Name)[] lines)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{y - 10}\" font-weight=\"bold\">{title}</text>\n");
        foreach (var tick in ticks)
        {
            var at = y + (Height * (1 - scale(tick)));
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {at:f1}h{Width}\" stroke=\"#ddd\"/><text x=\"{Left - 8}\" y=\"{at + 4:f1}\" text-anchor=\"end\">{Number(tick)}</text>\n");
        }

        for (var hour = 0; hour <= 24; hour += 2)
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + (Width * hour / 24)}\" y=\"{y + Height + 18}\" text-anchor=\"middle\">{hour}:00</text>\n");
        for (var i = 0; i < lines.Length; i++)
        {
            var (values, color, name) = lines[i];
            svg.Append(CultureInfo.InvariantCulture, $"<path fill=\"none\" stroke=\"{color}\" stroke-width=\"1.2\" d=\"");
            for (var minute = 0; minute < DaySettings.Minutes; minute++)
            {
                // What stays on a level needs no point.
                if (minute > 0 && minute < DaySettings.Minutes - 1 && values[minute - 1] == values[minute] && values[minute] == values[minute + 1]) continue;
                svg.Append(CultureInfo.InvariantCulture, $"{(minute == 0 ? 'M' : 'L')}{Left + (Width * minute / (double)DaySettings.Minutes):f1} {y + (Height * (1 - scale(values[minute]))):f1}");
            }

            svg.Append(CultureInfo.InvariantCulture, $"\"/><text x=\"{Left + Width - 130}\" y=\"{y + 16 + (18 * i)}\" fill=\"{color}\">{name}</text>\n");
        }
    }

    private static double Nice(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return Math.Ceiling(value / power) * power;
    }

    private static string Number(double value) => value.ToString("#,##0", CultureInfo.InvariantCulture);
}
