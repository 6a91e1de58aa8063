namespace M2MCluster.Contracts.Messages;

/// <summary>One line of a mailbox's list.</summary>
/// <param name="ObjectId">Whose it is: the object itself, or a child of the gateway that asks.</param>
/// <param name="Size">Payload, bytes.</param>
[GenerateSerializer, Immutable, Alias("m2m.MailboxEntry")]
public sealed record MailboxEntry(
    [property: Id(0)] MessageId Id,
    [property: Id(1)] string ObjectId,
    [property: Id(2)] string ContentType,
    [property: Id(3)] int Size,
    [property: Id(4)] int Priority,
    [property: Id(10)] TransactionMark? Transaction = null);
