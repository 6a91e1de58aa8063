using M2MCluster.Contracts.Filtering;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.ReportTasks;

/// <summary>The filter of lists of report tasks, over <c>target</c>, <c>state</c> and <c>kind</c>.</summary>
internal sealed class ReportTaskFilter
{
    private static readonly string[] Fields = ["target", "state", "kind"];

    private readonly Filter _filter;

    private ReportTaskFilter(Filter filter) => _filter = filter;

    /// <summary>What an index can narrow the search to.</summary>
    public string? Target => _filter.Required("target");

    public static ReportTaskFilter Parse(string text, Problems problems)
    {
        if (Filter.TryParse(text, Fields, out var filter, out var error)) return new(filter);
        problems.Add("filter", error);
        return new(Filter.All);
    }

    public bool Matches(ReportTaskView task) => _filter.IsAll || _filter.Matches(new Subject(task));

    private sealed class Subject(ReportTaskView task) : IFilterSubject
    {
        public IEnumerable<string> ValuesOf(string field) => field switch
        {
            "target" => [task.Terms.Target],
            "state" => [task.EndedAt is null ? "ACTIVE" : "ENDED"],
            _ => [task.Terms.Periodic is not null ? "PERIODIC" : task.Terms.Scheduled is not null ? "SCHEDULED" : "ON_DEMAND"],
        };
    }
}
