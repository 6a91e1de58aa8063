using System.Collections.Immutable;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>What is remembered of messages that an SMSC has, so that a receipt finds them after hours and restarts, and nothing is sent twice meanwhile.</summary>
internal static class SmsDelivering
{
    /// <summary>An attempt by SMS has come this far.</summary>
    public static void Settled(Turn turn, MailboxItem item, Attempt attempt, Settlement settlement)
    {
        if (attempt.Route.Bearer != Bearer.Sms) return;
        var sms = settlement.Kind switch
        {
            SettlementKind.Stored => SmsState.With(turn.State.Sms, new(item.Record.Id, attempt.Id, settlement.References, ArrivedOf(turn, attempt, settlement), false)),
            SettlementKind.InDoubt => turn.State.Sms,
            SettlementKind.Acknowledged when attempt.IsStored => SmsState.With(turn.State.Sms, new(item.Record.Id, attempt.Id, [], [], true)),
            SettlementKind.Busy => SmsState.Forget(turn.State.Sms, attempt.Id),
            _ => SmsState.GiveUp(turn.State.Sms, attempt.Id),
        };
        if (!ReferenceEquals(sms, turn.State.Sms)) turn.State = turn.State with { Sms = sms };
    }

    // A receipt that named the attempt may have been faster than the response.
    private static ImmutableArray<string> ArrivedOf(Turn turn, Attempt attempt, Settlement settlement) =>
        turn.State.Sms?.Stored.FirstOrDefault(stored => stored.Attempt == attempt.Id) is { Arrived.IsEmpty: false } former
            ? [.. settlement.References.Intersect(former.Arrived)]
            : [];

    /// <summary>Whether the message can go by SMS only.</summary>
    public static bool HasNoOtherWay(Turn turn, MailboxItem item) =>
        item.Record.Terms?.Paths is { Bearers: [Bearer.Sms] } || SmsWay.IsPhone(turn.Description, turn.State);
}
