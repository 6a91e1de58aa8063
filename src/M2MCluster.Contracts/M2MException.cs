namespace M2MCluster.Contracts;

/// <summary>The one failure that crosses grains. <see cref="Exception.Message"/> is written for the caller and safe to show.</summary>
[GenerateSerializer, Alias("m2m.M2MException")]
public sealed class M2MException : Exception
{
    public M2MException() { }

    public M2MException(string message) : base(message) { }

    public M2MException(string message, Exception innerException) : base(message, innerException) { }

    public M2MException(ErrorCode code, string message, string? field = null) : base(message)
    {
        Code = code;
        Field = field;
    }

    [Id(0)] public ErrorCode Code { get; init; }

    /// <summary>The field at fault, as the caller names it, if there is one.</summary>
    [Id(1)] public string? Field { get; init; }

    /// <summary>With <see cref="ErrorCode.Unavailable"/>: how long it is in vain to call again, if that is known.</summary>
    [Id(13)] public TimeSpan? RetryAfter { get; init; }

    /// <summary>Nothing failed, and it is not the time yet.</summary>
    public static M2MException NotBefore(TimeSpan after, string message) => new(ErrorCode.Unavailable, message) { RetryAfter = after > TimeSpan.Zero ? after : TimeSpan.Zero };

    public static M2MException NotFound(string name) => new(ErrorCode.NotFound, $"{name} does not exist");

    public static M2MException Invalid(string field, string message) => new(ErrorCode.InvalidArgument, message, field);
}
