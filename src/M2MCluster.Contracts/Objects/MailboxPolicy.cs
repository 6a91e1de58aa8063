namespace M2MCluster.Contracts.Objects;

/// <summary>The bounds of an object's mailbox.</summary>
/// <param name="MaxMessages">1 to 100,000.</param>
/// <param name="MaxBytes">Payload bytes in all, 1 KiB to 64 MiB.</param>
[GenerateSerializer, Immutable, Alias("m2m.MailboxPolicy")]
public sealed record MailboxPolicy(
    [property: Id(0)] int MaxMessages = 1000,
    [property: Id(1)] long MaxBytes = 4 << 20,
    [property: Id(2)] EvictionPolicy WhenFull = EvictionPolicy.LowerPriority);
