using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Contracts.Planning;

/// <summary>When a message that can wait is to leave, and why then.</summary>
/// <param name="Latest">Its bound.</param>
/// <param name="Price">By what sending costs more or less than usual then.</param>
/// <param name="PriceNow">The same at the time of planning.</param>
/// <param name="HasRoom">False: all slots within its bound were full, and it is tried at its end.</param>
[GenerateSerializer, Immutable, Alias("m2m.PlannedSlot")]
public sealed record PlannedSlot(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] DateTimeOffset Latest,
    [property: Id(2)] Bearer Bearer,
    [property: Id(3)] double Price,
    [property: Id(4)] double PriceNow,
    [property: Id(5)] bool HasRoom);
