namespace M2MCluster.Protocols.Gsm0338;

/// <summary>Puts the parts of one message together again, in whatever order and however often they came. Not thread-safe.</summary>
/// <param name="total">2 to 255.</param>
public sealed class SmsJoiner(byte total)
{
    private readonly byte[]?[] _parts = new byte[]?[total];

    /// <summary>Whether all parts are there.</summary>
    public bool IsComplete => Array.TrueForAll(_parts, part => part is not null);

    /// <summary>Takes a part. False: it is one of another message, or was there already.</summary>
    /// <param name="content">Without its user data header.</param>
    public bool Add(SmsPart part, ReadOnlySpan<byte> content)
    {
        if (!part.IsValid || part.Total != _parts.Length || _parts[part.Number - 1] is not null) return false;
        _parts[part.Number - 1] = content.ToArray();
        return true;
    }

    /// <summary>The whole, as far as it is there.</summary>
    public byte[] Join() => [.. _parts.SelectMany(part => part ?? [])];
}
