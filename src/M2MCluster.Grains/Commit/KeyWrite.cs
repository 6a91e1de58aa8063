namespace M2MCluster.Grains.Commit;

/// <summary>An API key's hash, added, or removed.</summary>
public sealed record KeyWrite(byte[] Hash, string Application, bool Removed);
