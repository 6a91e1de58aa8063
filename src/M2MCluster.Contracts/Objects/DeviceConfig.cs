namespace M2MCluster.Contracts.Objects;

/// <summary>When an object is to report by itself: whenever the Unix time in seconds, divided by the period, leaves the phase.</summary>
/// <param name="ReportPeriod">Seconds, its characteristic <c>reportPeriod</c>; 0: it has none, and no phase.</param>
/// <param name="ReportPhase">Seconds, 0 to less than the period.</param>
/// <param name="ReportPhaseMilliseconds">What the phase has beyond whole seconds, 0 to 999.</param>
/// <param name="SamplePhase">
/// Milliseconds, 0 to less than the period: it samples whenever the Unix time leaves this, at the same instant as all that are told so, and reports at its own phase after it (D.3.3.c). Null: it samples when it reports.
/// </param>
[GenerateSerializer, Immutable, Alias("m2m.DeviceConfig")]
public readonly record struct DeviceConfig(
    [property: Id(0)] long ReportPeriod, [property: Id(1)] long ReportPhase, [property: Id(2)] int ReportPhaseMilliseconds = 0, [property: Id(3)] long? SamplePhase = null);
