namespace M2MCluster.Contracts.ReportTasks;

/// <param name="Period">Whole seconds, from one.</param>
[GenerateSerializer, Immutable, Alias("m2m.PeriodicReports")]
public sealed record PeriodicReports([property: Id(0)] TimeSpan Period);
