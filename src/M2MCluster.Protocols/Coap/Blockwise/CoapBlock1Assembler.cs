namespace M2MCluster.Protocols.Coap.Blockwise;

/// <summary>
/// Puts request bodies together that come in blocks (RFC 7959 section 2.5): one body for each peer at a time, block after block in order,
/// with a bound for a body and one for all of them. A request is told from another by its code and options but for block, size, Echo and
/// No-Response (RFC 9175 section 3.3). Not thread-safe.
/// </summary>
/// <param name="maxBody">Bytes of one body.</param>
/// <param name="maxTotal">Bytes of all unfinished bodies.</param>
/// <param name="lifetime">Milliseconds between two blocks, after which a body is forgotten; EXCHANGE_LIFETIME is usual.</param>
/// <param name="abandoned">Told of a body that is forgotten before it was whole, with its first request and what came, unless the same request began anew; null: nobody.</param>
public sealed class CoapBlock1Assembler<TPeer>(int maxBody, long maxTotal, long lifetime, Action<TPeer, CoapMessage, ReadOnlyMemory<byte>>? abandoned = null)
    where TPeer : notnull
{
    private readonly Dictionary<TPeer, Assembly> _assemblies = [];
    private long _total;

    /// <summary>Bytes held for unfinished bodies.</summary>
    public long TotalBytes => _total;

    /// <summary>Takes the request's block in. Without Block1 the request is complete as it is.</summary>
    /// <param name="peer">Whose body it is.</param>
    /// <param name="request">The request.</param>
    /// <param name="now">Milliseconds.</param>
    /// <param name="body">The whole body with <see cref="CoapBlock1Status.Complete"/>.</param>
    public CoapBlock1Status Accept(TPeer peer, CoapMessage request, long now, out ReadOnlyMemory<byte> body)
    {
        ArgumentNullException.ThrowIfNull(request);
        body = request.Payload;
        if (request.Options.Block1 is not { } block)
        {
            return request.Payload.Length > maxBody ? CoapBlock1Status.TooLarge : CoapBlock1Status.Complete;
        }

        if (block.More ? request.Payload.Length != block.Size : request.Payload.Length > block.Size) return Give(peer, CoapBlock1Status.Invalid);
        if (block.Offset + request.Payload.Length > maxBody || request.Options.GetUint(CoapOptionNumber.Size1) > maxBody) return Give(peer, CoapBlock1Status.TooLarge);
        var identity = Identify(request);
        if (block.Number == 0) Begin(peer, identity);
        return block is { Number: 0, More: false } ? CoapBlock1Status.Complete : Append(peer, request, identity, block, now, ref body);
    }

    /// <summary>Forgets the bodies whose next block did not come in time.</summary>
    public void Advance(long now)
    {
        foreach (var (peer, assembly) in _assemblies)
        {
            if (assembly.LastAt + lifetime < now) Abandon(peer);
        }
    }

    /// <summary>Forgets the peer's unfinished body.</summary>
    public void Abandon(TPeer peer)
    {
        if (Drop(peer) is { } assembly) abandoned?.Invoke(peer, assembly.First, assembly.Bytes.AsMemory(0, assembly.Length));
    }

    private void Begin(TPeer peer, int identity)
    {
        if (_assemblies.TryGetValue(peer, out var former) && former.Identity == identity) Drop(peer);
        else Abandon(peer);
    }

    private CoapBlock1Status Append(TPeer peer, CoapMessage request, int identity, CoapBlock block, long now, ref ReadOnlyMemory<byte> body)
    {
        if (block.Number == 0)
        {
            if (_total + request.Payload.Length > maxTotal) return CoapBlock1Status.NoRoom;
            _assemblies[peer] = new Assembly(identity, request);
        }

        if (!_assemblies.TryGetValue(peer, out var assembly) || assembly.Identity != identity) return CoapBlock1Status.Incomplete;
        if (assembly.LastAt + lifetime < now && block.Number > 0)
        {
            Abandon(peer);
            return CoapBlock1Status.Incomplete;
        }

        assembly.LastAt = now;
        if (block.More && assembly.EndsWith(block, request.Payload.Span)) return CoapBlock1Status.Continue;
        // The peer is to begin anew; until it does, what came is what there is.
        assembly.IsBroken |= block.Offset != assembly.Length;
        if (assembly.IsBroken) return CoapBlock1Status.Incomplete;
        if (!TryGrow(assembly, assembly.Length + request.Payload.Length))
        {
            Abandon(peer);
            return CoapBlock1Status.NoRoom;
        }

        request.Payload.Span.CopyTo(assembly.Bytes.AsSpan(assembly.Length));
        assembly.Length += request.Payload.Length;
        if (block.More) return CoapBlock1Status.Continue;
        body = assembly.Bytes.AsMemory(0, assembly.Length);
        return Give(peer, CoapBlock1Status.Complete);
    }

    private bool TryGrow(Assembly assembly, int length)
    {
        if (length <= assembly.Bytes.Length) return true;
        var size = Math.Min(maxBody, Math.Max(length, assembly.Bytes.Length * 2));
        if (_total - assembly.Bytes.Length + size > maxTotal) return false;
        _total += size - assembly.Bytes.Length;
        Array.Resize(ref assembly.Bytes, size);
        return true;
    }

    private CoapBlock1Status Give(TPeer peer, CoapBlock1Status status)
    {
        Drop(peer);
        return status;
    }

    private Assembly? Drop(TPeer peer)
    {
        if (!_assemblies.Remove(peer, out var assembly)) return null;
        _total -= assembly.Bytes.Length;
        return assembly;
    }

    private static int Identify(CoapMessage request)
    {
        var hash = new HashCode();
        hash.Add(request.Code);
        for (var i = 0; i < request.Options.Count; i++)
        {
            var option = request.Options[i];
            if (option.Number is CoapOptionNumber.Block1 or CoapOptionNumber.Block2 or CoapOptionNumber.Size1 or CoapOptionNumber.Size2) continue;
            if (option.Number is CoapOptionNumber.Echo or CoapOptionNumber.NoResponse) continue;
            hash.Add(option.Number);
            hash.AddBytes(option.Value.Span);
        }

        return hash.ToHashCode();
    }

    private sealed class Assembly(int identity, CoapMessage first)
    {
        public byte[] Bytes = [];

        public CoapMessage First { get; } = first;

        public bool IsBroken { get; set; }

        public int Identity { get; } = identity;

        public int Length { get; set; }

        public long LastAt { get; set; }

        // A block that the peer sent again under a new message id, because the answer to the first was lost.
        public bool EndsWith(CoapBlock block, ReadOnlySpan<byte> payload) =>
            payload.Length > 0 && block.Offset + payload.Length == Length && Bytes.AsSpan((int)block.Offset, payload.Length).SequenceEqual(payload);
    }
}
