namespace M2MCluster.Grains.Commit;

/// <summary>The state on disk is not the one that the grain read: the grain is active twice. This activation must end.</summary>
public sealed class StaleVersionException : Exception
{
    public StaleVersionException() { }

    public StaleVersionException(string message) : base(message) { }

    public StaleVersionException(string message, Exception innerException) : base(message, innerException) { }
}
