namespace M2MCluster.Contracts.Qos;

/// <summary>A network's answer.</summary>
/// <param name="Session">Its name of the session.</param>
/// <param name="ExpiresAt">When the session ends, if it said so.</param>
/// <param name="Detail">The network's own code or reason, and its words.</param>
/// <param name="RetryAfter">How long it wants to be left alone.</param>
[GenerateSerializer, Immutable, Alias("m2m.QosAnswer")]
public sealed record QosAnswer(
    [property: Id(0)] QosAnswerKind Kind,
    [property: Id(1)] string? Session = null,
    [property: Id(2)] DateTimeOffset? ExpiresAt = null,
    [property: Id(3)] string? Detail = null,
    [property: Id(4)] TimeSpan? RetryAfter = null);
