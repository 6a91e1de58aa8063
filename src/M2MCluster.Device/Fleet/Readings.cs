using M2MCluster.Protocols.Senml;

namespace M2MCluster.Device.Fleet;

/// <summary>What an object measures for its report with this number.</summary>
public delegate IReadOnlyList<SenmlRecord> Readings(string objectId, long sequence);
