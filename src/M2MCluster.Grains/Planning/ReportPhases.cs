using System.Collections.Concurrent;
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

    // Of sums of the same prices in another order.
    private const double Same = 1e-9;

    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    // By bearer, period, how much of it counts and from where, and day: for each bin, the sum of the weights before it; the last is the sum of all.
    private readonly ConcurrentDictionary<(Bearer, long, long, long, long), double[]> _tables = new();

    /// <param name="period">Seconds; positive.</param>
    /// <param name="tolerance">Seconds by which a report may come after the beginning of its period, to be sent when that is cheapest; null: the whole period counts, and more are sent when it is cheap.</param>
    /// <param name="beginning">Seconds, 0 to less than the period, after which the tolerance begins.</param>
    /// <returns>Seconds after the beginning, 0 to less than the period, and not above the tolerance.</returns>
    public long Of(string id, string? cell, Bearer bearer, long period, long? tolerance = null, long beginning = 0)
    {
        var span = tolerance is { } bound ? Math.Clamp(bound + 1, 1, period) : period;
        var place = Spread.Of(cell ?? "", id);
        if (options.Calendar.Count == 0) return Math.Min(span - 1, (long)(place * span));
        var table = TableOf(bearer, period, tolerance is null ? 0 : span, beginning);
        var wanted = place * table[^1];
        var found = Array.BinarySearch(table, wanted);
        var bin = Math.Clamp(found < 0 ? ~found - 1 : found, 0, table.Length - 2);
        // Where nothing is to be sent sums stand still.
        while (bin < table.Length - 2 && table[bin + 1] <= wanted) bin++;
        var within = table[bin + 1] > table[bin] ? (wanted - table[bin]) / (table[bin + 1] - table[bin]) : 0;
        return Math.Min(span - 1, (long)((bin + within) * span / (table.Length - 1)));
    }

    private double[] TableOf(Bearer bearer, long period, long span, long beginning)
    {
        var day = time.GetUtcNow().ToUnixTimeSeconds() / 86_400;
        if (_tables.Count > MostTables) _tables.Clear();
        return _tables.GetOrAdd((bearer, period, span, beginning, day), key => Sum(Weights(key.Item1, key.Item2, key.Item3, key.Item4, key.Item5 * 86_400)));
    }

    private double[] Weights(Bearer bearer, long period, long span, long beginning, long from)
    {
        var length = span == 0 ? period : span;
        var bins = (int)Math.Min(length, Bins);
        var (weights, prices) = (new double[bins], new double[bins]);
        for (var bin = 0; bin < bins; bin++) (weights[bin], prices[bin]) = Mean(bearer, period, beginning + (bin * length / bins), from);
        if (span == 0) return weights;
        // What begins cheap and does not end so is not among the cheapest.
        for (var bin = 0; bin < bins; bin++) prices[bin] = Math.Max(prices[bin], Mean(bearer, period, beginning + ((bin + 1) * length / bins) - 1, from).Price);
        var cheapest = prices.Min() * (1 + Same);
        for (var bin = 0; bin < bins; bin++) if (prices[bin] > cheapest) weights[bin] = 0;
        return weights;
    }

    /// <summary>What a moment of the period is like, over its occurrences in the week to come: by how much of the budgets is there for the price, and the mean price.</summary>
    private (double Weight, double Price) Mean(Bearer bearer, long period, long moment, long from)
    {
        var first = (from + period - 1) / period;
        var occurrences = Math.Max(1, (long)Week.TotalSeconds / period);
        var step = Math.Max(1, (occurrences + MostLooks - 1) / MostLooks);
        var (weight, price, looks) = (0.0, 0.0, 0);
        for (var occurrence = 0L; occurrence < occurrences; occurrence += step, looks++)
        {
            var tariff = calendar.At(bearer, DateTimeOffset.FromUnixTimeSeconds(((first + occurrence) * period) + moment));
            weight += tariff.Share / Math.Max(tariff.Price, 0.1);
            price += tariff.Price;
        }

        return (weight, price / looks);
    }

    private static double[] Sum(double[] weights)
    {
        var table = new double[weights.Length + 1];
        for (var bin = 0; bin < weights.Length; bin++) table[bin + 1] = table[bin] + weights[bin];
        // Nothing is there at any time: then all times are alike.
        if (table[^1] <= 0) for (var bin = 0; bin < table.Length; bin++) table[bin] = bin;
        return table;
    }
}
