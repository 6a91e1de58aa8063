namespace M2MCluster.Edge.Mqtt;

/// <summary>Whether a publish may have been stored before; see <see cref="Contracts.Reports.ReportName"/>.</summary>
internal readonly record struct MqttTransmission(bool MayRepeat, uint NotBefore);
