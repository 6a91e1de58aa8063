namespace M2MCluster.Protocols.Coap.Blockwise;

/// <summary>Puts one response body together that comes in blocks (RFC 7959 section 2.4), on the side of who asks.</summary>
/// <param name="maxBody">Bytes; more is <see cref="CoapBlock2Status.TooLarge"/>.</param>
public sealed class CoapBlock2Collector(int maxBody)
{
    private readonly List<byte> _body = [];
    private byte[] _etag = [];

    /// <summary>The block to ask for next; block 0 of 1,024 bytes before the first response.</summary>
    public CoapBlock Next { get; private set; } = new(0, false, CoapBlock.MaxSizeExponent);

    /// <summary>What has come so far; the whole body after <see cref="CoapBlock2Status.Complete"/>.</summary>
    public byte[] ToArray() => [.. _body];

    /// <summary>Takes a response in; one without Block2 is the whole body.</summary>
    public CoapBlock2Status Accept(CoapMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var block = response.Options.Block2 ?? new CoapBlock(0, false, CoapBlock.MaxSizeExponent);
        var etag = response.Options.TryGet(CoapOptionNumber.ETag, out var value) ? value.ToArray() : [];
        if (block.Number == 0)
        {
            _body.Clear();
            _etag = etag;
        }

        if (!etag.AsSpan().SequenceEqual(_etag))
        {
            Next = new(0, false, block.SizeExponent);
            return CoapBlock2Status.Changed;
        }

        if (block.Offset != _body.Count || (block.More && response.Payload.Length != block.Size)) return CoapBlock2Status.Invalid;
        if (_body.Count + response.Payload.Length > maxBody) return CoapBlock2Status.TooLarge;
        _body.AddRange(response.Payload.Span);
        if (!block.More) return CoapBlock2Status.Complete;
        Next = new(block.Number + 1, false, block.SizeExponent);
        return CoapBlock2Status.Continue;
    }
}
