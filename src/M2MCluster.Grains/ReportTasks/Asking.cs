using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.ReportTasks;

/// <summary>The message by which a task asks its objects for a report, and what becomes of it at each of them.</summary>
internal static class Asking
{
    private const string CommandName = "report";
    private const string DefaultPath = "/report";

    /// <param name="createdAt">Of the task: one that is made anew under an old name asks anew.</param>
    /// <param name="number">Of the task's questions, from 0: the same one is asked once.</param>
    public static MessageDraft Question(string id, DateTimeOffset createdAt, ReportTaskTerms terms, int number)
    {
        var path = terms.Path ?? DefaultPath;
        if (!terms.Values.IsEmpty) path = $"{path}?{string.Join('&', terms.Values.Select(value => $"n={value}"))}";
        return new(
            terms.Application, "application/octet-stream", [], terms.AnswersWithin, Confirmation: Confirmation.Applied, Command: new(CommandName, "GET", path),
            RequestId: $"{Names.ReportTasks}{id}/{createdAt.ToUnixTimeMilliseconds()}/{number}", Terms: terms.Tolerance is { Ticks: > 0 } tolerance ? new() { Tolerance = tolerance } : null,
            Campaign: terms.Window is { } window ? new() { Window = window, Order = terms.Order } : null, Task: id);
    }

    /// <summary>The object has answered, and that is a report of its own; or it has not, and that is told.</summary>
    public static void Ended(Turn turn, ObjectCore core, MessageRecord question)
    {
        if (question.Outcome == Outcome.Applied)
        {
            if (question.Result is not { Payload: { Length: > 0 } payload } result) return;
            Expecting.Came(turn, core);
            turn.Report(new(core.Services.Ids.Next(), turn.ObjectId, result.ContentType ?? "application/octet-stream", payload, null, null));
        }
        else if (question.Outcome is not (Outcome.Cancelled or Outcome.Superseded) && !question.Part.HasFlag(PartTraits.Quiet))
        {
            turn.TellOnly(question.Application, question.AcceptedAt, EventTypes.ReportMissed, EventData.Missed(question.Task!, question));
        }
    }
}
