namespace M2MCluster.Contracts.Objects;

/// <summary>When an object is to report by itself: whenever the Unix time in seconds, divided by the period, leaves the phase.</summary>
/// <param name="ReportPeriod">Seconds, its characteristic <c>reportPeriod</c>; 0: it has none, and no phase.</param>
/// <param name="ReportPhase">Seconds, 0 to less than the period.</param>
[GenerateSerializer, Immutable, Alias("m2m.DeviceConfig")]
public readonly record struct DeviceConfig([property: Id(0)] long ReportPeriod, [property: Id(1)] long ReportPhase);
