using System.Collections.Concurrent;
using System.Text;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Planning;

/// <summary>
/// Tells objects when to report within their period, so that all together report evenly: by a hash of the id, and more of them in what the calendar calls cheap and
/// quiet. The same on every silo, and nothing is kept of an object. Thread-safe.
/// </summary>
internal sealed class ReportPhases(PlanningOptions options, TariffCalendar calendar, TimeProvider time)
{
    private const int Bins = 1440;
    private const int MostTables = 256;
    private const int MostLooks = 672;

    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    // By bearer, period and day: for each bin of a period, the sum of the weights before it; the last is the sum of all.
    private readonly ConcurrentDictionary<(Bearer, long, long), double[]> _tables = new();

    /// <param name="period">Seconds; positive.</param>
    /// <returns>Seconds, 0 to less than the period.</returns>
    public long Of(string id, string? cell, Bearer bearer, long period)
    {
        var place = Hash(cell ?? "", id) / (ulong.MaxValue + 1.0);
        if (options.Calendar.Count == 0) return Math.Min(period - 1, (long)(place * period));
        var table = TableOf(bearer, period);
        var wanted = place * table[^1];
        var found = Array.BinarySearch(table, wanted);
        var bin = Math.Clamp(found < 0 ? ~found - 1 : found, 0, table.Length - 2);
        var within = table[bin + 1] > table[bin] ? (wanted - table[bin]) / (table[bin + 1] - table[bin]) : 0;
        return Math.Min(period - 1, (long)((bin + within) * period / (table.Length - 1)));
    }

    private double[] TableOf(Bearer bearer, long period)
    {
        var day = time.GetUtcNow().ToUnixTimeSeconds() / 86_400;
        if (_tables.Count > MostTables) _tables.Clear();
        return _tables.GetOrAdd((bearer, period, day), key => Sum(key.Item1, key.Item2, key.Item3 * 86_400));
    }

    /// <summary>What a moment of the period is like: the mean of its occurrences in the week to come.</summary>
    private double[] Sum(Bearer bearer, long period, long from)
    {
        var bins = (int)Math.Min(period, Bins);
        var first = (from + period - 1) / period;
        var occurrences = Math.Max(1, (long)Week.TotalSeconds / period);
        var step = Math.Max(1, (occurrences + MostLooks - 1) / MostLooks);
        var table = new double[bins + 1];
        for (var bin = 0; bin < bins; bin++)
        {
            var weight = 0.0;
            for (var occurrence = 0L; occurrence < occurrences; occurrence += step)
            {
                var tariff = calendar.At(bearer, DateTimeOffset.FromUnixTimeSeconds(((first + occurrence) * period) + (bin * period / bins)));
                weight += tariff.Share / Math.Max(tariff.Price, 0.1);
            }

            table[bin + 1] = table[bin] + weight;
        }

        // Nothing is there at any time: then all times are alike.
        if (table[^1] <= 0) for (var bin = 0; bin <= bins; bin++) table[bin] = bin;
        return table;
    }

    /// <summary>FNV-1a of both, then mixed so that neighbouring ids lie far apart.</summary>
    private static ulong Hash(string cell, string id)
    {
        var hash = 14695981039346656037UL;
        foreach (var one in Encoding.UTF8.GetBytes($"{cell}\n{id}")) hash = (hash ^ one) * 1099511628211UL;
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDUL;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53UL;
        return hash ^ (hash >> 33);
    }
}
