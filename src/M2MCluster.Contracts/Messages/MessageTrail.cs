using System.Collections.Immutable;

namespace M2MCluster.Contracts.Messages;

/// <summary>
/// What a message went through. Of many attempts and changes the first and the last few are kept; the counts are of all. While the message waits this is known in memory only,
/// and begins anew when the object's activation ends.
/// </summary>
/// <param name="Changes">In order; without the first state, in which it was accepted.</param>
/// <param name="AnsweredAt">When the object gave its result, if it did.</param>
[GenerateSerializer, Immutable, Alias("m2m.MessageTrail")]
public sealed record MessageTrail(
    [property: Id(0)] ImmutableArray<MessageAttempt> Attempts,
    [property: Id(1)] int AttemptCount,
    [property: Id(2)] ImmutableArray<StateChange> Changes,
    [property: Id(3)] int ChangeCount,
    [property: Id(4)] DateTimeOffset? AnsweredAt = null)
{
    public static MessageTrail Empty { get; } = new([], 0, [], 0);
}
