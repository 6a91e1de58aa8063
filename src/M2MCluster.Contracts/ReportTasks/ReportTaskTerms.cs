using System.Collections.Immutable;
using M2MCluster.Contracts.Messages;

namespace M2MCluster.Contracts.ReportTasks;

/// <summary>What a report task asks for; one of <see cref="Periodic"/>, <see cref="Scheduled"/> and <see cref="OnDemand"/> is there.</summary>
[GenerateSerializer, Immutable, Alias("m2m.ReportTaskTerms")]
public sealed record ReportTaskTerms
{
    /// <summary>Whose task it is; empty for an operator.</summary>
    [Id(0)] public required string Application { get; init; }

    /// <summary><c>objects/…</c> or <c>groups/…</c></summary>
    [Id(1)] public required string Target { get; init; }
    [Id(2)] public string DisplayName { get; init; } = "";
    [Id(3)] public PeriodicReports? Periodic { get; init; }
    [Id(4)] public DemandedReports? OnDemand { get; init; }

    /// <summary>By how much later than at once, or than the beginning of its period, a report may come, or its question leave; null: nothing was said.</summary>
    [Id(5)] public TimeSpan? Tolerance { get; init; }

    /// <summary>So long after a report was due it is missed; null: a tenth of the period, ten seconds to an hour, or, of what is asked for, a day.</summary>
    [Id(6)] public TimeSpan? Grace { get; init; }
    [Id(7)] public ScheduledReports? Scheduled { get; init; }

    /// <summary>Within it all members of a group are asked, at a flat rate; null: all at once.</summary>
    [Id(8)] public TimeSpan? Window { get; init; }
    [Id(9)] public MemberOrder Order { get; init; }

    /// <summary>The names of the values that are asked for, as of SenML; none: whatever the object reports.</summary>
    [Id(10)] public ImmutableArray<string> Values { get; init; } = [];

    /// <summary>The resource that is read; null: <c>/report</c>.</summary>
    [Id(11)] public string? Path { get; init; }

    /// <summary>Whether objects are asked by messages.</summary>
    public bool Asks => Scheduled is not null || OnDemand is { From: null };

    /// <summary>From the moment at which they are asked until an answer is missed.</summary>
    public TimeSpan AnswersWithin => (Tolerance ?? TimeSpan.Zero) + (Window ?? TimeSpan.Zero) + (Grace ?? TimeSpan.FromDays(1));

    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MostGrace = TimeSpan.FromHours(1);

    /// <summary>The grace that holds for reports of that period.</summary>
    public TimeSpan GraceFor(TimeSpan period) => Grace ?? (period / 10 < LeastGrace ? LeastGrace : period / 10 > MostGrace ? MostGrace : period / 10);
}
