namespace M2MCluster.Storage;

public enum StorageEngine
{
    /// <summary>Embedded, one node.</summary>
    Sqlite = 1,
    /// <summary>A server that the silos of a cluster share.</summary>
    Postgres = 2,
}
