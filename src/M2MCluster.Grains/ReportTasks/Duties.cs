using System.Collections.Immutable;
using System.Globalization;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.ReportTasks;

namespace M2MCluster.Grains.ReportTasks;

/// <summary>What several report tasks ask of one object: it can report by one period only.</summary>
internal static class Duties
{
    /// <summary>Of an object, or of a group.</summary>
    public const int Most = 16;

    // What told the task at once was lost by then.
    private static readonly TimeSpan LookAfter = TimeSpan.FromSeconds(15);

    /// <summary>When a task looks at what became of whom it is of, though nobody told it: on disk with what became of it.</summary>
    public static DueTime LookOf(string task, DateTimeOffset now) => new(DueTime.Of(now + LookAfter), Names.ReportTasks + task);

    /// <summary>The one by which the object reports: of the shortest period, of equal ones the one that tolerates least, then the first by id. Null: there is none.</summary>
    public static ReportDuty? Deciding(IEnumerable<ReportDuty> duties)
    {
        ReportDuty? first = null;
        foreach (var duty in duties)
        {
            if (first is null || Compare(duty, first) < 0) first = duty;
        }

        return first;
    }

    public static int Compare(ReportDuty one, ReportDuty other) =>
        one.Period != other.Period ? one.Period.CompareTo(other.Period)
        : one.Tolerance != other.Tolerance ? (one.Tolerance ?? long.MaxValue).CompareTo(other.Tolerance ?? long.MaxValue)
        : string.CompareOrdinal(one.Task, other.Task);

    /// <summary>The duty as the characteristics that the platform acts on.</summary>
    /// <param name="group">The group whose task it is; empty: it is the object's own.</param>
    public static IEnumerable<KeyValuePair<string, SharedCharacteristic>> Characteristics(ReportDuty duty, string group)
    {
        yield return new(Contracts.Objects.Characteristics.ReportPeriod, new(duty.Period.ToString(CultureInfo.InvariantCulture), group, duty.Task));
        if (duty.Tolerance is { } tolerance)
            yield return new(Contracts.Objects.Characteristics.ReportTolerance, new(tolerance.ToString(CultureInfo.InvariantCulture), group, duty.Task));
        if (duty.PhaseMilliseconds is { } phase)
            yield return new(Contracts.Objects.Characteristics.ReportPhase, new((phase / 1000m).ToString(CultureInfo.InvariantCulture), group, duty.Task));
    }

    /// <exception cref="M2MException"><see cref="ErrorCode.ResourceExhausted"/></exception>
    public static ImmutableArray<ReportDuty> With(ImmutableArray<ReportDuty>? former, ReportDuty duty, string name)
    {
        ImmutableArray<ReportDuty> next = [.. (former ?? []).Where(other => other.Task != duty.Task), duty];
        return next.Length <= Most ? next : throw new M2MException(ErrorCode.ResourceExhausted, $"{name} has at most {Most} periodic report tasks");
    }

    public static ImmutableArray<ReportDuty>? Without(ImmutableArray<ReportDuty>? former, string task) =>
        former?.RemoveAll(duty => duty.Task == task) is { Length: > 0 } left ? left : null;
}
