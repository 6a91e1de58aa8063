using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;

namespace M2MCluster.FrontDoor.Messages;

/// <summary>A message as callers read it.</summary>
internal static class MessageAnswers
{
    public static V1.Message Message(MessageRecord from)
    {
        var answer = new V1.Message
        {
            Name = Names.Messages + from.Id,
            Target = from.Target,
            Application = from.Application.Length == 0 ? "" : Names.Applications + from.Application,
            Payload = UnsafeByteOperations.UnsafeWrap(from.Payload),
            ContentType = from.ContentType,
            Priority = from.Priority,
            Confirmation = ConfirmationOf(from.Confirmation),
            State = from.Outcome is null ? V1.Message.Types.State.Waiting : V1.Message.Types.State.Ended,
            AcceptTime = from.AcceptedAt.ToTimestamp(),
            ExpireTime = from.ExpiresAt.ToTimestamp(),
            EndTime = from.EndedAt?.ToTimestamp(),
            Command = from.Command is { } command ? Command(command) : null,
            Result = from.Result is { } result ? Result(result) : null,
        };
        if (from.Parent is { } parent) answer.Parent = Names.Messages + parent;
        if (from.Peer is { } peer) answer.Peer = Names.Objects + peer;
        if (from.CoalesceKey is { } key) answer.CoalesceKey = key;
        if (from.Outcome is { } outcome) answer.Outcome = (V1.Message.Types.Outcome)outcome;
        if (from.Detail is { } detail) answer.Detail = detail;
        if (from.Area is { } area) answer.Area = AreaRequests.Answer(area);
        answer.Mode = (V1.SendMessageRequest.Types.Mode)from.Mode;
        if (from.Transaction is { } role) TransactionAnswers.Add(role, answer);
        if (from.Terms is { } terms) TermsRequests.Answer(terms, answer);
        return answer;
    }

    public static V1.WatchOutcomesResponse Outcome(MessageRecord from) => new()
    {
        Message = Names.Messages + from.Id,
        Target = from.Target,
        Outcome = (V1.Message.Types.Outcome)from.Outcome!,
        Detail = from.Detail ?? "",
        Result = from.Result is { } result ? Result(result) : null,
        EndTime = from.EndedAt?.ToTimestamp(),
    };

    /// <summary>What happened, but for the message itself.</summary>
    public static V1.Step Step(MessageStep from) => new() { Time = from.Time.ToTimestamp(), What = from.What };

    /// <summary>The name of an outcome in JSON and in filters.</summary>
    public static string NameOf(Outcome outcome) => outcome.ToString().ToUpperInvariant();

    private static V1.Command Command(Command from) => new() { Name = from.Name, Method = from.Method, Path = from.Path, Accept = from.Accept ?? "" };

    private static V1.Result Result(MessageResult from) => new()
    {
        Ok = from.Ok,
        ContentType = from.ContentType ?? "",
        Payload = UnsafeByteOperations.UnsafeWrap(from.Payload ?? []),
    };

    public static V1.SendMessageRequest.Types.Confirmation ConfirmationOf(Confirmation from) => from switch
    {
        Confirmation.None => V1.SendMessageRequest.Types.Confirmation.None,
        Confirmation.Applied => V1.SendMessageRequest.Types.Confirmation.Applied,
        Confirmation.Transaction => V1.SendMessageRequest.Types.Confirmation.Transaction,
        _ => V1.SendMessageRequest.Types.Confirmation.Delivered,
    };
}
