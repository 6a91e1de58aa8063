namespace M2MCluster.Contracts.ReportTasks;

/// <param name="Period">Whole seconds, from one.</param>
/// <param name="Phase">Whole milliseconds, less than the period: of the instant at which all sample (D.3.3.c); null: as the characteristic says, or each at its own.</param>
[GenerateSerializer, Immutable, Alias("m2m.PeriodicReports")]
public sealed record PeriodicReports([property: Id(0)] TimeSpan Period, [property: Id(1)] TimeSpan? Phase = null);
