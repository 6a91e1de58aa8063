using System.Numerics;
using Google.Protobuf.WellKnownTypes;
using M2MCluster.Contracts.Messages;
using M2MCluster.FrontDoor.Qos;

namespace M2MCluster.FrontDoor.Messages;

/// <summary>Why a message is where it is, as callers read it.</summary>
internal static class ExplainAnswers
{
    public static V1.ExplainMessageResponse Explanation(Explanation from)
    {
        var answer = new V1.ExplainMessageResponse
        {
            Message = MessageAnswers.Message(from.Message),
            Summary = from.Summary,
            WaitsUntil = from.WaitsUntil?.ToTimestamp(),
            Ahead = from.Ahead,
            Steps = { from.Message.Steps.Select(MessageAnswers.Step) },
            Attempts = { (from.Message.Trail?.Attempts ?? []).Select(Attempt) },
            Progress = Progress(from),
            Plan = TermsRequests.PlanOf(from.Message),
            Qos = from.Message.Quality is { } quality ? QosAnswers.Session(quality) : null,
            Paths = { from.Message.Paths?.Select(PathAnswers.Path) ?? [] },
        };
        if (from.WaitsFor is { } waitsFor) answer.WaitsFor = waitsFor;
        return answer;
    }

    public static V1.Mismatch Mismatch(Mismatch from) => new()
    {
        Attribute = (V1.Mismatch.Types.Attribute)(BitOperations.Log2((uint)from.Attribute) + 1),
        Wanted = from.Wanted,
        Is = from.Is,
        Members = from.Members,
    };

    private static V1.MessageProgress Progress(Explanation from)
    {
        var (message, trail) = (from.Message, from.Message.Trail ?? MessageTrail.Empty);
        var progress = new V1.MessageProgress
        {
            State = StateOf(from.State),
            Wait = (V1.MessageProgress.Types.Wait)from.Reason,
            AttemptCount = trail.AttemptCount,
            FetchTime = FirstOf(trail, MessageState.Fetched, AttemptResult.Fetched),
            AcknowledgeTime = FirstOf(trail, MessageState.Acknowledged, AttemptResult.Acknowledged),
            AnswerTime = trail.AnsweredAt?.ToTimestamp(),
        };
        // One that is held from the beginning came in so.
        if (trail.Changes.IsEmpty || trail.Changes[0].Time > message.AcceptedAt || trail.Changes[0].State != MessageState.Held)
            progress.Changes.Add(Change(new(message.AcceptedAt, MessageState.Waiting)));
        progress.Changes.AddRange(trail.Changes.Select(Change));
        if (message.EndedAt is { } endedAt) progress.Changes.Add(Change(new(endedAt, MessageState.Ended)));
        return progress;
    }

    private static Timestamp? FirstOf(MessageTrail trail, MessageState state, AttemptResult result)
    {
        var changed = trail.Changes.FirstOrDefault(change => change.State == state)?.Time;
        var attempted = trail.Attempts.FirstOrDefault(attempt => attempt.Result == result)?.EndedAt;
        return (changed ?? attempted)?.ToTimestamp();
    }

    private static V1.Attempt Attempt(MessageAttempt from) => new()
    {
        Bearer = (V1.Bearer)(from.Bearer + 1),
        BeginTime = from.BeganAt.ToTimestamp(),
        EndTime = from.EndedAt?.ToTimestamp(),
        Result = from.Result is { } result ? (V1.Attempt.Types.Result)(result + 1) : V1.Attempt.Types.Result.Unspecified,
        Detail = from.Detail ?? "",
    };

    private static V1.MessageProgress.Types.Change Change(StateChange from) => new() { State = StateOf(from.State), Time = from.Time.ToTimestamp() };

    private static V1.MessageProgress.Types.State StateOf(MessageState from) => (V1.MessageProgress.Types.State)(from + 1);
}
