namespace M2MCluster.Grains.Commit;

public sealed record StoredState(long Version, byte[] Body);
