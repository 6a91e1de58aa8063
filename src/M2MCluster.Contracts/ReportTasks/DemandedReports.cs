namespace M2MCluster.Contracts.ReportTasks;

/// <summary>Reports that are asked for once: by a question to the object, or, with a period, of what was recorded.</summary>
/// <param name="From">The beginning of the past period; null: now.</param>
/// <param name="To">Its end, exclusive.</param>
[GenerateSerializer, Immutable, Alias("m2m.DemandedReports")]
public sealed record DemandedReports([property: Id(0)] DateTimeOffset? From = null, [property: Id(1)] DateTimeOffset? To = null);
