namespace M2MCluster.Contracts.ReportTasks;

/// <summary>What is expected of an object by a periodic task.</summary>
/// <param name="NextAt">By when the next report is due, without its grace.</param>
/// <param name="Missed">Reports that did not come since the last one that did.</param>
/// <param name="IsKept">The object was told of it, or reports at that pace.</param>
[GenerateSerializer, Immutable, Alias("m2m.ReportOutlook")]
public sealed record ReportOutlook([property: Id(0)] DateTimeOffset NextAt, [property: Id(1)] int Missed, [property: Id(2)] bool IsKept);
