namespace M2MCluster.Contracts.Messages;

/// <summary>Why a message is where it is.</summary>
/// <param name="Summary">One sentence for a person.</param>
/// <param name="WaitsFor">Null once it ended.</param>
/// <param name="WaitsUntil">When the wait is expected to end, if that is known.</param>
[GenerateSerializer, Immutable, Alias("m2m.Explanation")]
public sealed record Explanation(
    [property: Id(0)] MessageRecord Message,
    [property: Id(1)] string Summary,
    [property: Id(2)] string? WaitsFor,
    [property: Id(3)] DateTimeOffset? WaitsUntil,
    [property: Id(4)] int Ahead,
    [property: Id(5)] MessageState State = MessageState.Waiting,
    [property: Id(6)] WaitReason Reason = WaitReason.None);
