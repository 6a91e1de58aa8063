using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Contracts.Reports;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.ReportTasks;

/// <summary>The reports of a past period, some hundred at a time, member by member, each member's in order.</summary>
internal sealed class Recalling(ReportTaskServices services, ReportTaskTerms terms)
{
    private const int MostReports = 500;
    private const int MostMembers = 200;

    /// <param name="Member">The object whose reports were read last, or, of a group with a query, after which the next members are looked for.</param>
    /// <param name="Report">The last of them; <see cref="long.MaxValue"/>: all.</param>
    /// <param name="IsLast">There are no more.</param>
    public readonly record struct Step(IReadOnlyList<StoredReport> Found, string? Member, long Report, bool IsLast);

    public async ValueTask<Step> NextAsync(string? member, long report)
    {
        var (from, to) = (terms.OnDemand!.From, terms.OnDemand.To);
        var (objects, after) = await ObjectsAsync(member, report);
        var found = new List<StoredReport>();
        foreach (var next in objects)
        {
            var (known, room) = (next == member ? report : 0, MostReports - found.Count);
            var page = await services.Reports.ReadAsync(next, from, to, known, room, CancellationToken.None);
            // What could not be read was told as a fault.
            found.AddRange(page.Where(each => each.Fault is null));
            if (page.Count == room) return new(found, next, page.Count > 0 ? page[^1].Id : known, false);
        }

        return new(found, after, long.MaxValue, after is null);
    }

    /// <summary>The events of these reports, as they were told before, and at the end one of the task.</summary>
    public static void Tell(ReportTaskState state, IReadOnlyList<StoredReport> found, long? ended, Subscriptions.Audience audience, Commit.WriteSet set)
    {
        var (view, table) = (state.View, audience.Table);
        if (!table.Knows(view.Terms.Application, view.CreatedAt)) return;
        foreach (var report in found)
        {
            set.Events.Add(new(
                report.Id, EventTypes.Report, Names.Objects + report.ObjectId, report.ObjectId, null,
                table.FeedsOf(view.Terms.Application, EventTypes.Report, report.ObjectId, [])));
        }

        if (ended is not { } id) return;
        var target = view.Terms.Target;
        set.Events.Add(new(
            id, EventTypes.ReportTaskEnded, target, Names.IdIn(target, Names.Objects) ?? target, EventData.TaskEnded(view.Id, view.Reports),
            table.FeedsOf(view.Terms.Application, EventTypes.ReportTaskEnded, Names.IdIn(target, Names.Objects) ?? "", [])));
    }

    /// <returns>Whose reports are read next, and after whom there may be more; null: these are the last.</returns>
    private async ValueTask<(IReadOnlyList<string> Objects, string? After)> ObjectsAsync(string? member, long report)
    {
        if (Names.IdIn(terms.Target, Names.Objects) is { } one) return ([one], null);
        var (members, next) = await services.Membership.PageAsync(terms.Target[Names.Groups.Length..], member ?? "", MostMembers, CancellationToken.None);
        return (member is { Length: > 0 } && report < long.MaxValue ? [member, .. members] : members, next);
    }
}
