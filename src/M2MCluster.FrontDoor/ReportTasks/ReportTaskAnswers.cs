using Google.Protobuf.WellKnownTypes;
using M2MCluster.Contracts;
using M2MCluster.Contracts.ReportTasks;

namespace M2MCluster.FrontDoor.ReportTasks;

/// <summary>A report task as callers read it.</summary>
internal static class ReportTaskAnswers
{
    public static V1.ReportTask ReportTask(ReportTaskView from)
    {
        var terms = from.Terms;
        var answer = new V1.ReportTask
        {
            Name = Names.ReportTasks + from.Id,
            DisplayName = terms.DisplayName,
            Target = terms.Target,
            Application = terms.Application.Length == 0 ? "" : Names.Applications + terms.Application,
            Tolerance = terms.Tolerance is { } tolerance ? Duration.FromTimeSpan(tolerance) : null,
            Grace = terms.Grace is { } grace ? Duration.FromTimeSpan(grace) : null,
            State = from.EndedAt is null ? V1.ReportTask.Types.State.Active : V1.ReportTask.Types.State.Ended,
            Reason = from.Reason ?? "",
            CreateTime = from.CreatedAt.ToTimestamp(),
            EndTime = from.EndedAt?.ToTimestamp(),
            Window = terms.Window is { } window ? Duration.FromTimeSpan(window) : null,
            Algorithm = terms.Window is null ? V1.ReportTask.Types.Algorithm.Unspecified : (V1.ReportTask.Types.Algorithm)(terms.Order + 1),
            Values = { terms.Values },
            Path = terms.Path ?? "",
            Question = from.Question is { } question ? Names.Messages + question : "",
            Reports = from.Reports,
            NextTime = from.NextAt?.ToTimestamp(),
        };
        if (terms.Periodic is { } periodic) answer.Periodic = new() { Period = Duration.FromTimeSpan(periodic.Period), Phase = periodic.Phase is { } phase ? Duration.FromTimeSpan(phase) : null };
        if (terms.OnDemand is { } demand) answer.OnDemand = new() { From = demand.From?.ToTimestamp(), To = demand.To?.ToTimestamp() };
        if (terms.Scheduled is { } scheduled)
            answer.Scheduled = new() { Cron = scheduled.Cron, TimeZone = scheduled.TimeZone, Times = { scheduled.Times.Select(time => time.ToTimestamp()) } };
        if (from.Outlook is not { } outlook) return answer;
        (answer.NextTime, answer.Missed, answer.Told) = (outlook.NextAt.ToTimestamp(), outlook.Missed, outlook.IsKept);
        return answer;
    }
}
