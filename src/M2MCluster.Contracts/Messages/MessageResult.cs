namespace M2MCluster.Contracts.Messages;

/// <summary>The object's own answer to a message.</summary>
[GenerateSerializer, Immutable, Alias("m2m.MessageResult")]
public sealed record MessageResult(
    [property: Id(0)] bool Ok,
    [property: Id(1)] string? ContentType = null,
    [property: Id(2)] byte[]? Payload = null)
{
    /// <summary>Whether the two say the same, byte for byte: a repeated result, not another one.</summary>
    public bool Same(MessageResult other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Ok == other.Ok && ContentType == other.ContentType
            && (Payload ?? []).AsSpan().SequenceEqual(other.Payload ?? []);
    }
}
