using M2MCluster.Contracts.Qos;

namespace M2MCluster.Grains.Qos;

/// <summary>
/// Shares a bearer's capacity, and that of its cells, among flows. Pure. Who asks for what is not there takes it from flows of lower precedence, the lowest and the youngest first,
/// if that is enough; else it gets less or nothing, as it wishes.
/// </summary>
internal sealed class QosLedger(QosBearerOptions options)
{
    /// <summary>What both want, together.</summary>
    public static QosTerms Both(QosTerms one, QosTerms other) => new(
        one.Bandwidth is { } a && other.Bandwidth is { } b ? Math.Max(a, b) : one.Bandwidth ?? other.Bandwidth,
        one.Deadline is { } c && other.Deadline is { } d ? (c < d ? c : d) : one.Deadline ?? other.Deadline,
        Math.Max(one.Precedence, other.Precedence),
        one.WhenFull == QosWhenFull.Block ? QosWhenFull.Block : other.WhenFull);

    public QosProfileOptions? Find(string? name) => name is null ? null : options.Profiles.FirstOrDefault(profile => profile.Name == name);

    public static bool Covers(QosProfileOptions profile, QosTerms asked) =>
        !(asked.Bandwidth > profile.Bandwidth) && (asked.Deadline is not { } deadline || profile.Deadline <= deadline);

    /// <summary>The least that gives what is asked for; of those for flows of its precedence, if there are any.</summary>
    public QosProfileOptions? ProfileFor(QosTerms asked) => options.Profiles
        .Where(profile => Covers(profile, asked))
        .OrderBy(profile => profile.Precedence < asked.Precedence).ThenBy(profile => profile.Bandwidth).FirstOrDefault();

    /// <summary>The next that takes less of the capacity; null: there is none.</summary>
    public QosProfileOptions? Below(QosProfileOptions profile) => Largest(profile.Bandwidth - 1);

    /// <param name="flows">All that hold something of the bearer.</param>
    /// <param name="asked">By who asks now; what its object holds already is asked for too.</param>
    public QosDecision Decide(IReadOnlyCollection<QosFlow> flows, string objectId, string? cell, QosTerms asked)
    {
        var own = flows.FirstOrDefault(flow => flow.ObjectId == objectId);
        var has = Find(own?.Profile);
        if (has is not null && Covers(has, asked)) return new(has, QosReason.None, null, []);
        var total = own?.Need is { } need ? Both(need, asked) : asked;
        var others = flows.Where(flow => flow != own && flow.Bandwidth > 0).ToList();
        var (room, reason, detail) = Room(others, cell);
        if (ProfileFor(total) is not { } wanted) return Lesser(has, Math.Min(room, long.MaxValue), QosReason.NoProfile, $"no profile gives {Words(total)}");
        if (wanted.Bandwidth <= room) return new(wanted, QosReason.None, null, []);
        return Yielding(others, cell, total.Precedence, wanted.Bandwidth) is { } yields
            ? new(wanted, QosReason.None, null, yields)
            : Lesser(has, Math.Min(room, wanted.Bandwidth - 1), reason, $"{detail}; {wanted.Name} needs {wanted.Bandwidth} bit/s");
    }

    private QosDecision Lesser(QosProfileOptions? has, long room, QosReason reason, string detail)
    {
        var largest = Largest(room);
        return new(has is not null && !(largest?.Bandwidth > has.Bandwidth) ? has : largest, reason, detail, []);
    }

    private QosProfileOptions? Largest(long room) => options.Profiles.Where(profile => profile.Bandwidth <= room).MaxBy(profile => profile.Bandwidth);

    private (long Room, QosReason Reason, string Detail) Room(List<QosFlow> others, string? cell)
    {
        var bearer = Left(options.Capacity, others);
        var ofCell = Left(ShareOf(cell), others.Where(flow => flow.Cell == cell));
        return ofCell < bearer
            ? (ofCell, QosReason.CellCapacity, $"of the {ShareOf(cell)} bit/s of cell {cell} {ofCell} are free")
            : (bearer, QosReason.Capacity, $"of the {options.Capacity} bit/s of the bearer {bearer} are free");
    }

    /// <summary>Who has to give way so that there is room; null: nobody of lower precedence holds enough.</summary>
    private List<(QosFlow, QosProfileOptions?)>? Yielding(List<QosFlow> others, string? cell, int precedence, long bandwidth)
    {
        var missing = bandwidth - Left(options.Capacity, others);
        var missingOfCell = bandwidth - Left(ShareOf(cell), others.Where(flow => flow.Cell == cell));
        var yields = new List<(QosFlow, QosProfileOptions?)>();
        foreach (var flow in others.Where(flow => flow.Precedence < precedence).OrderBy(flow => flow.Precedence).ThenByDescending(flow => flow.AskedAt))
        {
            if (missing <= 0 && missingOfCell <= 0) break;
            var isOfCell = cell is not null && flow.Cell == cell;
            var helps = Math.Max(missing, isOfCell ? missingOfCell : 0);
            if (helps <= 0) continue;
            var to = flow.Yields ? Largest(flow.Bandwidth - helps) : null;
            var freed = flow.Bandwidth - (to?.Bandwidth ?? 0);
            missing -= freed;
            if (isOfCell) missingOfCell -= freed;
            yields.Add((flow, to));
        }

        return missing <= 0 && missingOfCell <= 0 ? yields : null;
    }

    private long? ShareOf(string? cell) => cell is null ? null : options.Cells.TryGetValue(cell, out var named) ? named : options.Cell;

    private static long Left(long? of, IEnumerable<QosFlow> flows) => of is { } all ? Math.Max(0, all - flows.Sum(flow => flow.Bandwidth)) : long.MaxValue;

    public static string Words(QosTerms asked) => string.Join(" ", new[]
    {
        asked.Bandwidth is { } bandwidth ? $"{bandwidth} bit/s" : null,
        asked.Deadline is { } deadline ? $"within {deadline.TotalSeconds:0.###} s" : null,
    }.OfType<string>()) is { Length: > 0 } words ? words : "anything";
}
