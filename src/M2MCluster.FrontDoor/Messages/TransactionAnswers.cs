using Google.Protobuf.WellKnownTypes;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Transactions;

namespace M2MCluster.FrontDoor.Messages;

/// <summary>Transactions as callers read them.</summary>
internal static class TransactionAnswers
{
    /// <summary>Whether the message is the whole of a transaction with several objects, and not a part of one.</summary>
    public static bool IsWhole(MessageRecord message) =>
        message.Confirmation == Confirmation.Transaction && message.Mode != DeliveryMode.Anycast && message.Target.StartsWith(Names.Groups, StringComparison.Ordinal);

    public static void Add(TransactionRole from, V1.Message answer)
    {
        answer.TransactionPhase = PhaseOf(from);
        if (from.Of is { } of) answer.Decides = Names.Messages + of;
    }

    public static V1.ExplainMessageResponse Explain(TransactionView from, V1.Message message)
    {
        var open = from.Parts.Where(part => part.Outcome is null).Select(part => part.Target).ToList();
        var prepared = from.Parts.Count(part => part.Transaction?.Phase == TransactionPhase.Prepared);
        var answer = new V1.ExplainMessageResponse
        {
            Message = message,
            Steps = { from.Message.Steps.Select(MessageAnswers.Step) },
            Transaction = new()
            {
                Phase = from.Commits switch
                {
                    null => V1.Transaction.Types.Phase.Preparing,
                    true => V1.Transaction.Types.Phase.Committing,
                    false => V1.Transaction.Types.Phase.RollingBack,
                },
                DecideTime = from.DecidedAt?.ToTimestamp(),
                UntilTime = from.Until.ToTimestamp(),
                Members = { from.Parts.Select(Member) },
            },
        };
        if (from.Reason is { } reason) answer.Transaction.Reason = reason;
        if (from.Message.Outcome is { } outcome)
        {
            answer.Transaction.InDoubt.Add(open);
            answer.Summary = $"Ended {MessageAnswers.NameOf(outcome)} at {from.Message.EndedAt:u}: {from.Message.Detail}.";
            return answer;
        }

        answer.WaitsFor = from.Commits switch
        {
            null => $"{from.Parts.Length - prepared} of {from.Parts.Length} objects to prepare",
            true => $"{open.Count} of {from.Parts.Length} objects to carry out what they have prepared",
            false => $"{open.Count} of {from.Parts.Length} objects to hear that it is rolled back",
        };
        answer.WaitsUntil = from.Until.ToTimestamp();
        answer.Summary = from.Commits == false ? $"Is rolled back, since {from.Reason}; waits for {answer.WaitsFor}." : $"Waits for {answer.WaitsFor}.";
        return answer;
    }

    private static V1.Transaction.Types.Member Member(MessageRecord from)
    {
        var member = new V1.Transaction.Types.Member { Target = from.Target, Message = Names.Messages + from.Id, Phase = from.Transaction is { } role ? PhaseOf(role) : default };
        if (from.Outcome is { } outcome) member.Outcome = (V1.Message.Types.Outcome)outcome;
        if (from.Detail is { } detail) member.Detail = detail;
        return member;
    }

    private static V1.Message.Types.TransactionPhase PhaseOf(TransactionRole from) => (V1.Message.Types.TransactionPhase)((int)from.Phase + 1);
}
