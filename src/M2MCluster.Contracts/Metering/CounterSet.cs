using System.Diagnostics.Metrics;

namespace M2MCluster.Contracts.Metering;

/// <summary>
/// A counter with a fixed set of tag values. Every series exists from the start, at zero, so that the first failure is a rise that an alert sees; to count costs
/// one interlocked addition and allocates nothing. Thread-safe.
/// </summary>
public sealed class CounterSet
{
    // A cache line each, so that cores which count different things do not wait for each other.
    private const int Stride = 8;

    private readonly KeyValuePair<string, object?>[][] _tags;
    private readonly long[] _counts;
    private readonly int _rowLength;

    /// <param name="dimensions">None, one or two tags, each with all of its values.</param>
    public CounterSet(Meter meter, string name, string unit, string description, params ReadOnlySpan<(string Tag, string[] Values)> dimensions)
    {
        ArgumentNullException.ThrowIfNull(meter);
        _tags = dimensions switch
        {
            [] => [[]],
            [var only] => [.. only.Values.Select(value => new[] { Tag(only.Tag, value) })],
            [var rows, var columns] => [.. rows.Values.SelectMany(row => columns.Values.Select(column => new[] { Tag(rows.Tag, row), Tag(columns.Tag, column) }))],
            _ => throw new ArgumentException("at most two tags", nameof(dimensions)),
        };
        _rowLength = dimensions.Length == 2 ? dimensions[1].Values.Length : 1;
        _counts = new long[_tags.Length * Stride];
        meter.CreateObservableCounter(name, Observe, unit, description);
    }

    /// <param name="row">Index of the first tag's value.</param>
    /// <param name="column">Index of the second tag's value.</param>
    public void Add(long count = 1, int row = 0, int column = 0) => Interlocked.Add(ref _counts[((row * _rowLength) + column) * Stride], count);

    private IEnumerable<Measurement<long>> Observe()
    {
        for (var i = 0; i < _tags.Length; i++) yield return new(Interlocked.Read(ref _counts[i * Stride]), _tags[i]);
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
