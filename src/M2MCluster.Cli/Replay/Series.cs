using System.Globalization;

namespace M2MCluster.Cli.Replay;

/// <summary>A recorded series: the rows of each device, in the order of the file.</summary>
internal sealed class Series
{
    private const string OnlyDevice = "device";

    private Series(SeriesShape shape, IReadOnlyDictionary<string, List<SeriesRow>> devices)
    {
        Shape = shape;
        Devices = devices;
    }

    public SeriesShape Shape { get; }

    public IReadOnlyDictionary<string, List<SeriesRow>> Devices { get; }

    public int RowCount => Devices.Values.Sum(rows => rows.Count);

    /// <summary>Unix seconds of the earliest row.</summary>
    public double Start => Devices.Values.Min(rows => rows.Min(row => row.Time));

    /// <param name="limit">Rows of each device at most.</param>
    /// <exception cref="UsageException">A column is missing, a time cannot be read, or there is no row.</exception>
    public static Series Read(CsvTable csv, SeriesShape shape, int limit)
    {
        var id = shape.IdColumn is null ? -1 : ColumnOf(csv, shape.IdColumn);
        var time = ColumnOf(csv, shape.TimeColumn);
        var columns = shape.Values.Select(value => ColumnOf(csv, value.Column)).ToArray();
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(shape.Zone, out var found) ? found : throw new UsageException($"This machine does not know the time zone {shape.Zone}.");
        var devices = new Dictionary<string, List<SeriesRow>>();
        for (var line = 2; csv.Read() is { } cells; line++)
        {
            if (cells.Count != csv.Header.Count) throw new UsageException($"Row {line} has {cells.Count} cells, the header {csv.Header.Count}.");
            if (!SeriesTime.TryParse(cells[time], zone, out var at)) throw new UsageException($"Row {line}: '{cells[time]}' is no time.");
            var device = id < 0 ? OnlyDevice : cells[id];
            if (!devices.TryGetValue(device, out var rows)) devices.Add(device, rows = []);
            if (rows.Count < limit) rows.Add(new SeriesRow(at, Array.ConvertAll(columns, column => NumberOf(cells[column]))));
        }

        return devices.Count > 0 ? new Series(shape, devices) : throw new UsageException("There are no rows.");
    }

    /// <summary>Every other column that has a number in the first row with cells, for a file without a preset.</summary>
    public static IReadOnlyList<SeriesValue> GuessValues(IReadOnlyList<string> header, IReadOnlyList<string> firstRow, string? idColumn, string timeColumn) =>
        [.. header.Where((column, i) => column != idColumn && column != timeColumn && !double.IsNaN(NumberOf(firstRow[i]))).Select(column => new SeriesValue(column, column))];

    private static int ColumnOf(CsvTable csv, string name)
    {
        for (var i = 0; i < csv.Header.Count; i++)
        {
            if (csv.Header[i] == name) return i;
        }

        throw new UsageException($"There is no column '{name}'; there are {string.Join(", ", csv.Header)}.");
    }

    private static double NumberOf(string cell) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : double.NaN;
}
