namespace M2MCluster.Storage.Bulk;

/// <summary>A row of a bulk set is there already; nothing of the set is stored.</summary>
internal sealed class BulkConflictException : Exception;
