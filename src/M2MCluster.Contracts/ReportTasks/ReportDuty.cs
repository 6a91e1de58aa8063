namespace M2MCluster.Contracts.ReportTasks;

/// <summary>What a periodic report task asks of an object, kept with the object or with a group it is in. Times are in seconds.</summary>
/// <param name="Task">The task's id.</param>
/// <param name="Application">Who hears of what does not come; empty: whoever subscribed.</param>
/// <param name="Period">Positive.</param>
/// <param name="Tolerance">By how much later than a period's beginning a report may come; null: as characteristics say, or by the whole period.</param>
/// <param name="Grace">So long after a report was due it is missed.</param>
/// <param name="Since">When the task was made: of a later application of the same id it is none of the business.</param>
/// <param name="PhaseMilliseconds">Of the instant at which it samples with others; null: as characteristics say.</param>
[GenerateSerializer, Immutable, Alias("m2m.ReportDuty")]
public sealed record ReportDuty(
    [property: Id(0)] string Task,
    [property: Id(1)] string Application,
    [property: Id(2)] long Period,
    [property: Id(3)] long? Tolerance,
    [property: Id(4)] long Grace,
    [property: Id(5)] DateTimeOffset Since,
    [property: Id(6)] long? PhaseMilliseconds = null);
