using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using M2MCluster.Api.V1;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli.Commands;

/// <summary>What a report task asks for.</summary>
internal sealed class TaskOptions
{
    private readonly Option<TimeSpan?> _every = Durations.Optional("--every", "Periodic: one report in each such time.");
    private readonly Option<TimeSpan?> _phase = Durations.Optional("--phase", "Of --every: all sample at this instant of each period.");
    private readonly Option<string?> _cron = new("--cron") { Description = "Scheduled: minute, hour, day of month, month, day of week, as '30 6 * * mon-fri'." };
    private readonly Option<string?> _zone = new("--time-zone") { Description = "Of --cron, such as Europe/Berlin; UTC if not given." };
    private readonly Option<DateTimeOffset[]> _at = new("--at") { Description = "Scheduled: a moment; may be given again.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<bool> _now = new("--now") { Description = "On demand: now." };
    private readonly Option<DateTimeOffset?> _from = new("--from") { Description = "On demand: the beginning of a past period." };
    private readonly Option<DateTimeOffset?> _to = new("--to") { Description = "Its end." };
    private readonly Option<TimeSpan?> _tolerance = Durations.Optional("--tolerance", "By how much later a report may come, or be asked for, so that it is cheap.");
    private readonly Option<TimeSpan?> _grace = Durations.Optional("--grace", "So long after a report was due it is missed.");
    private readonly Option<TimeSpan?> _window = Durations.Optional("--window", "A group's members are asked within it, at a flat rate.");
    private readonly Option<ReportTask.Types.Algorithm?> _algorithm = new("--algorithm") { Description = "RoundRobin, RandomInWindow or RoundRobinOverGroups." };
    private readonly Option<string[]> _values = new("--value") { Description = "The name of a value that is asked for; may be given again.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _path = new("--path") { Description = "The resource that is read; /report if not given." };
    private readonly Option<string?> _name = new("--display-name");

    public void AddTo(Command command)
    {
        foreach (var option in new System.CommandLine.Option[] { _every, _phase, _cron, _zone, _at, _now, _from, _to, _tolerance, _grace, _window, _algorithm, _values, _path, _name }) command.Add(option);
    }

    public ReportTask Read(ParseResult parsed)
    {
        var task = new ReportTask
        {
            DisplayName = parsed.GetValue(_name) ?? "",
            Tolerance = Span(parsed.GetValue(_tolerance)),
            Grace = Span(parsed.GetValue(_grace)),
            Window = Span(parsed.GetValue(_window)),
            Algorithm = parsed.GetValue(_algorithm) ?? ReportTask.Types.Algorithm.Unspecified,
            Values = { parsed.GetValue(_values) ?? [] },
            Path = parsed.GetValue(_path) ?? "",
        };
        var times = parsed.GetValue(_at) ?? [];
        if (parsed.GetValue(_every) is { } period) task.Periodic = new() { Period = Duration.FromTimeSpan(period), Phase = Span(parsed.GetValue(_phase)) };
        if (parsed.GetValue(_cron) is not null || times.Length > 0)
            task.Scheduled = new() { Cron = parsed.GetValue(_cron) ?? "", TimeZone = parsed.GetValue(_zone) ?? "", Times = { times.Select(Timestamp.FromDateTimeOffset) } };
        var (from, to) = (parsed.GetValue(_from), parsed.GetValue(_to));
        if (parsed.GetValue(_now) || from is not null || to is not null)
            task.OnDemand = new() { From = from is { } begin ? Timestamp.FromDateTimeOffset(begin) : null, To = to is { } end ? Timestamp.FromDateTimeOffset(end) : null };
        return task;
    }

    private static Duration? Span(TimeSpan? span) => span is { } given ? Duration.FromTimeSpan(given) : null;
}
