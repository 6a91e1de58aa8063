namespace M2MCluster.Device;

/// <summary>A request of a device that was not answered, or refused.</summary>
public sealed class DeviceException : Exception
{
    public DeviceException(DeviceFailure failure, string message, TimeSpan? retryAfter = null, Exception? inner = null)
        : base(message, inner)
    {
        Failure = failure;
        RetryAfter = retryAfter;
    }

    public DeviceFailure Failure { get; }

    /// <summary>When the platform said so.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether sending the same again makes sense.</summary>
    public bool IsTransient => Failure is DeviceFailure.NoAnswer or DeviceFailure.Busy;
}
