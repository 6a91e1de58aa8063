using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.ReportTasks;

/// <summary>What holds between the fields of a report task.</summary>
internal static class ReportTaskRules
{
    private static readonly TimeSpan LongestTolerance = TimeSpan.FromDays(7);

    public static ReportTaskTerms Checked(ReportTaskTerms terms, DateTimeOffset now, Problems problems)
    {
        var kinds = (terms.Periodic is null ? 0 : 1) + (terms.Scheduled is null ? 0 : 1) + (terms.OnDemand is null ? 0 : 1);
        // What is wrong with a kind that is there was told.
        if (kinds == 0 && problems.Found.Count == 0) problems.Add("reportTask", "is periodic, scheduled or onDemand");
        if (kinds > 1) problems.Add("reportTask", "is of one kind");
        if (terms.Periodic is { } periodic) Check(periodic, terms, problems);
        else if (terms.Tolerance is { } tolerance) problems.Require(tolerance <= LongestTolerance, "tolerance", "of a question is at most 7 days");
        if (terms.OnDemand is { } demand) Check(demand, terms, now, problems);
        if (terms.Scheduled is { } scheduled && problems.Found.Count == 0)
            problems.Require(scheduled.Next(now) is not null, "scheduled.times", "have a moment that is to come");
        var asks = terms.Scheduled is not null || terms.OnDemand is { From: null, To: null };
        problems.Require(asks || terms.Window is null, "window", "is of a task that asks: scheduled, or on demand now");
        problems.Require(asks || terms.Values.IsEmpty, "values", "are of a task that asks: scheduled, or on demand now");
        problems.Require(asks || terms.Path is null, "path", "is of a task that asks: scheduled, or on demand now");
        problems.Require(terms.Window is null || Names.IdIn(terms.Target, Names.Objects) is null, "window", "is of a group, whose members are asked one after the other");
        problems.Require(terms.Window is null || terms.Tolerance is null, "tolerance", "is not beside a window, which says when each is asked");
        problems.Require(terms.Window is not null || terms.Order == MemberOrder.ById, "window", "is needed for an algorithm");
        return terms;
    }

    private static void Check(PeriodicReports periodic, ReportTaskTerms terms, Problems problems)
    {
        if (terms.Tolerance is { } tolerance) problems.Require(tolerance <= periodic.Period, "tolerance", "is not longer than the period");
        if (terms.Grace is { } grace) problems.Require(grace <= TimeSpan.FromDays(1), "grace", "of a periodic task is at most a day");
    }

    private static void Check(DemandedReports demand, ReportTaskTerms terms, DateTimeOffset now, Problems problems)
    {
        if (demand is { From: null, To: null }) return;
        problems.Require(demand is { From: not null, To: not null }, "onDemand", "has both from and to for a past period, or none of them");
        problems.Require(demand.From < demand.To, "onDemand.from", "is before to");
        problems.Require(demand.To <= now, "onDemand.to", "is not later than now; what is to come is heard of by a subscription");
        problems.Require(terms.Application.Length > 0, "onDemand", "of a past period is for applications, which have a feed; read objects/ID/reports");
        problems.Require(terms.Tolerance is null, "tolerance", "is not of a past period, for which nobody is asked");
        problems.Require(terms.Grace is null, "grace", "is not of a past period, for which nobody is asked");
    }
}
