using System.Collections.Immutable;

namespace M2MCluster.Contracts.Sessions;

/// <summary>What a service that stores messages says became of one.</summary>
/// <param name="Readings">The references that it may be about, as in <see cref="Settlement.References"/>; services write one number in several ways.</param>
/// <param name="Detail">In words, for explain.</param>
/// <param name="Reference">What the sender gave the message along (<see cref="SmsBearer.ReferenceOf"/>), if the service tells it again.</param>
[GenerateSerializer, Immutable, Alias("m2m.DeliveryReceipt")]
public sealed record DeliveryReceipt(
    [property: Id(0)] ImmutableArray<string> Readings,
    [property: Id(1)] ReceiptState State,
    [property: Id(2)] string Detail,
    [property: Id(11)] int? Reference = null);
