using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>The latest call of the object by SMS, and what is known of it. When it was made, and how often, stands in <see cref="ObjectState"/>.</summary>
/// <param name="Attempt">Names it towards the edge, and, folded, towards the SMSC.</param>
/// <param name="For">The message for whose sake it was made.</param>
/// <param name="Reference">The SMSC's id of it; null: not known.</param>
/// <param name="RetryAt">Of one that was not sent: Unix milliseconds from which on it may be made again.</param>
/// <param name="NotSent">How many calls in a row, up to this one, were not sent.</param>
[GenerateSerializer, Immutable, Alias("m2m.WakeUpCall")]
internal sealed record WakeUpCall(
    [property: Id(0)] long Attempt,
    [property: Id(1)] MessageId For,
    [property: Id(2)] CallStanding Standing = CallStanding.Begun,
    [property: Id(3)] string? Reference = null,
    [property: Id(4)] string? Detail = null,
    [property: Id(5)] long RetryAt = 0,
    [property: Id(6)] int NotSent = 0)
{
    /// <summary>What it is once the edge has told what came of handing it over; null: nothing new.</summary>
    public WakeUpCall? After(Settlement settlement, long retryAt) => settlement.Kind switch
    {
        SettlementKind.Stored => this with { Standing = CallStanding.Stored, Reference = settlement.References is [var reference, ..] ? reference : null },
        SettlementKind.InDoubt => this with { Detail = settlement.Detail },
        SettlementKind.Busy => this with { Standing = CallStanding.NotSent, Detail = settlement.Detail, RetryAt = retryAt, NotSent = NotSent + 1 },
        // Nearly every status by which an SMSC refuses is Lost: it was asked, and would refuse as often as it is asked again.
        SettlementKind.Lost or SettlementKind.Undeliverable => this with { Standing = CallStanding.Failed, Detail = settlement.Detail },
        _ => null,
    };

    /// <summary>The same after a receipt; one that is not final changes nothing but the words.</summary>
    public WakeUpCall After(DeliveryReceipt receipt) => this with
    {
        Reference = receipt.Readings[0],
        Detail = receipt.Detail,
        Standing = receipt.State switch
        {
            ReceiptState.Delivered => CallStanding.Arrived,
            ReceiptState.Expired or ReceiptState.Undeliverable => CallStanding.Failed,
            _ => CallStanding.Stored,
        },
    };

    /// <summary>Whether the receipt is of this call.</summary>
    public bool IsOf(ImmutableArray<string> readings, int? reference) =>
        Reference is null ? reference == SmsBearer.ReferenceOf(Attempt) : readings.Contains(Reference);

    /// <summary>What became of it, in words.</summary>
    public string Words => Standing switch
    {
        CallStanding.Stored => Detail is null ? "no receipt came so far" : $"the SMSC has it ({Detail})",
        CallStanding.NotSent => $"which was not sent ({Detail})",
        CallStanding.Arrived => $"which arrived ({Detail})",
        CallStanding.Failed => $"which did not arrive ({Detail})",
        _ => $"which nobody knows to be sent{(Detail is null ? "" : $" ({Detail})")}",
    };
}
