using System.Globalization;
using System.Text.Json.Nodes;

namespace M2MCluster.System.Tests.Planning;

/// <summary>
/// When what left: by the platform's own record, and, where that was lost with a silo, by what the device had. In each slot no more may have left than its budget.
/// </summary>
internal sealed class Departures(TimeSpan slot)
{
    private readonly List<(DateTimeOffset At, string Cell)> _recorded = [];
    private readonly List<(DateTimeOffset At, string Cell)> _lost = [];

    /// <summary>How many the devices had of which the platform knows nothing any more.</summary>
    public int Lost => _lost.Count;

    /// <param name="pushes">When it was pushed, as far as that is recorded.</param>
    /// <param name="arrivals">When the device had it.</param>
    public void Add(string cell, IReadOnlyList<DateTimeOffset> pushes, IReadOnlyList<DateTimeOffset> arrivals)
    {
        foreach (var push in pushes) _recorded.Add((push, cell));
        var left = arrivals.Order().ToList();
        foreach (var (push, next) in pushes.Order().Zip(pushes.Order().Skip(1).Append(DateTimeOffset.MaxValue)))
        {
            var index = left.FindIndex(arrival => arrival >= push && arrival < next);
            if (index >= 0) left.RemoveAt(index);
        }

        foreach (var arrival in left) _lost.Add((arrival, cell));
    }

    /// <summary>The pushes that a message's explanation tells of.</summary>
    public static IReadOnlyList<DateTimeOffset> PushesOf(JsonNode why) =>
        [.. why["steps"]!.AsArray().Where(step => ((string)step!["what"]!).StartsWith("pushed", StringComparison.Ordinal)).Select(step => (DateTimeOffset)step!["time"]!)];

    /// <summary>The slots in which more left than may; empty: none. What was lost may have left in the slot before it arrived, if that has room.</summary>
    public IReadOnlyList<string> Exceeded(int ofBearer, int ofCell)
    {
        var exceeded = new List<string>();
        exceeded.AddRange(Over(ofBearer, "the bearer", _ => true));
        foreach (var cell in _recorded.Concat(_lost).Select(one => one.Cell).Distinct()) exceeded.AddRange(Over(ofCell, cell, of => of == cell));
        return exceeded;
    }

    private IEnumerable<string> Over(int budget, string of, Func<string, bool> counts)
    {
        var slots = _recorded.Where(one => counts(one.Cell)).GroupBy(one => SlotOf(one.At)).ToDictionary(one => one.Key, one => one.Count());
        foreach (var (at, _) in _lost.Where(one => counts(one.Cell)).OrderBy(one => one.At))
        {
            var arrived = SlotOf(at);
            var left = slots.GetValueOrDefault(arrived - 1) < budget && slots.GetValueOrDefault(arrived) >= budget ? arrived - 1 : arrived;
            slots[left] = slots.GetValueOrDefault(left) + 1;
        }

        return slots.Where(one => one.Value > budget).OrderBy(one => one.Key).Select(one => string.Create(
            CultureInfo.InvariantCulture, $"{of}: {one.Value} of {budget} in the slot of {DateTimeOffset.UnixEpoch + (one.Key * slot):HH:mm:ss}"));
    }

    private long SlotOf(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks / slot.Ticks;
}
