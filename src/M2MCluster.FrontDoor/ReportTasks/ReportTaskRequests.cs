using System.Collections.Immutable;
using System.Security.Cryptography;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.ReportTasks;

/// <summary>A report task as callers write it; what holds between its fields is <see cref="ReportTaskRules"/>'.</summary>
internal static class ReportTaskRequests
{
    public static readonly string[] Changeable =
        ["display_name", "periodic", "scheduled", "on_demand", "tolerance", "grace", "window", "algorithm", "values", "path"];

    private const int MaxDisplayName = 256;
    private const int MostValues = 32;
    private const int MaxPath = 512;

    private static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(366);
    private static readonly TimeSpan LongestGrace = TimeSpan.FromDays(30);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(7);

    /// <summary>The id that the caller chose, or one that nobody has.</summary>
    public static string NewId(string id, Problems problems) =>
        id.Length == 0 ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)) : problems.NewId(id, "reportTaskId");

    public static ReportTaskTerms Terms(V1.ReportTask from, string? application, Problems problems)
    {
        var isTarget = Names.IdIn(from.Target, Names.Objects) is not null || Names.IdIn(from.Target, Names.Groups) is not null
            || (from.Target.StartsWith(Names.Aliases, StringComparison.Ordinal) && Targets.IsName(from.Target.AsSpan(Names.Aliases.Length)));
        problems.Require(isTarget, "target", from.Target.Length == 0 ? "is needed: objects/ID, groups/ID or names/scheme:value" : "is not objects/ID, groups/ID or names/scheme:value");
        return Change(new() { Application = application ?? "", Target = from.Target }, from, Changeable.ToHashSet(), problems);
    }

    /// <summary>The former terms with those fields as they are in the request.</summary>
    public static ReportTaskTerms Change(ReportTaskTerms former, V1.ReportTask from, IReadOnlySet<string> fields, Problems problems) => former with
    {
        DisplayName = fields.Contains("display_name") ? problems.Text(from.DisplayName, MaxDisplayName, "displayName") : former.DisplayName,
        Periodic = fields.Contains("periodic") ? Periodic(from.Periodic, problems) : former.Periodic,
        Scheduled = fields.Contains("scheduled") ? Scheduled(from.Scheduled, problems) : former.Scheduled,
        OnDemand = fields.Contains("on_demand") ? OnDemand(from.OnDemand, problems) : former.OnDemand,
        Tolerance = fields.Contains("tolerance") ? Seconds(from.Tolerance, TimeSpan.Zero, LongestPeriod, "tolerance", problems) : former.Tolerance,
        Grace = fields.Contains("grace") ? Seconds(from.Grace, TimeSpan.Zero, LongestGrace, "grace", problems) : former.Grace,
        Window = fields.Contains("window") ? Seconds(from.Window, TimeSpan.FromSeconds(1), LongestWindow, "window", problems) : former.Window,
        Order = fields.Contains("algorithm") ? Order(from.Algorithm, problems) : former.Order,
        Values = fields.Contains("values") ? Values(from.Values, problems) : former.Values,
        Path = fields.Contains("path") ? Path(from.Path, problems) : former.Path,
    };

    private static PeriodicReports? Periodic(V1.PeriodicReports? from, Problems problems)
    {
        if (from is null) return null;
        problems.Require(from.Period is not null, "periodic.period", "is needed");
        var phase = problems.Span(from.Phase, "periodic.phase");
        if (Seconds(from.Period, TimeSpan.FromSeconds(1), LongestPeriod, "periodic.period", problems) is not { } period) return null;
        var isPhase = phase is null || (phase >= TimeSpan.Zero && phase < period && phase.Value.Ticks % TimeSpan.TicksPerMillisecond == 0);
        problems.Require(isPhase, "periodic.phase", "is whole milliseconds, zero to less than the period");
        return new(period, isPhase ? phase : null);
    }

    private static ScheduledReports? Scheduled(V1.ScheduledReports? from, Problems problems)
    {
        if (from is null) return null;
        problems.Require(from.Times.Count <= ScheduledReports.MostTimes, "scheduled.times", $"are at most {ScheduledReports.MostTimes}");
        problems.Require(from.Cron.Length > 0 || from.Times.Count > 0, "scheduled.cron", "is needed, or times");
        problems.Require(from.Cron.Length > 0 || from.TimeZone.Length == 0, "scheduled.timeZone", "is of a cron expression; times are moments");
        if (from.Cron.Length > 0 && !CronSchedule.TryParse(from.Cron, from.TimeZone, out _, out var error)) problems.Add("scheduled.cron", error);
        var times = from.Times.Select((time, i) => problems.Time(time, $"scheduled.times[{i}]")).OfType<DateTimeOffset>().Order();
        return new(from.Cron, from.TimeZone, [.. times]);
    }

    private static DemandedReports? OnDemand(V1.OnDemandReports? from, Problems problems) =>
        from is null ? null : new(problems.Time(from.From, "onDemand.from"), problems.Time(from.To, "onDemand.to"));

    private static MemberOrder Order(V1.ReportTask.Types.Algorithm from, Problems problems)
    {
        problems.Require(System.Enum.IsDefined(from), "algorithm", "is ROUND_ROBIN, RANDOM_IN_WINDOW or ROUND_ROBIN_OVER_GROUPS");
        return from switch
        {
            V1.ReportTask.Types.Algorithm.RandomInWindow => MemberOrder.Random,
            V1.ReportTask.Types.Algorithm.RoundRobinOverGroups => MemberOrder.ByGroup,
            _ => MemberOrder.ById,
        };
    }

    private static ImmutableArray<string> Values(RepeatedField<string> from, Problems problems)
    {
        problems.Require(from.Count <= MostValues, "values", $"are at most {MostValues}");
        for (var i = 0; i < from.Count && i < MostValues; i++) problems.Require(IsValue(from[i]), $"values[{i}]", "is a name as of SenML: letters, digits and -:./_, up to 64");
        return [.. from];
    }

    private static bool IsValue(string name) => name.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || "-:./_".Contains(c));

    private static string? Path(string from, Problems problems)
    {
        if (from.Length == 0) return null;
        var isPath = from[0] == '/' && from.Length <= MaxPath && from.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0 && !from.Contains('?');
        problems.Require(isPath, "path", $"is absolute, beginning with a slash, without a query, up to {MaxPath} visible characters");
        return from;
    }

    private static TimeSpan? Seconds(Duration? from, TimeSpan least, TimeSpan most, string field, Problems problems)
    {
        if (problems.Span(from, field) is not { } span) return null;
        var fits = span >= least && span <= most && span.Ticks % TimeSpan.TicksPerSecond == 0;
        problems.Require(fits, field, $"is whole seconds, {least.TotalSeconds} to {most.TotalSeconds}");
        return fits ? span : null;
    }
}
