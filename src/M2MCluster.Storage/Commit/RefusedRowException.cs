namespace M2MCluster.Storage.Commit;

/// <summary>A row cannot be stored as it is, and will not be storable later.</summary>
internal sealed class RefusedRowException(string message, Exception? innerException = null) : Exception(message, innerException);
