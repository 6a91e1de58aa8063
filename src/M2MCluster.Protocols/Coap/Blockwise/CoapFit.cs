namespace M2MCluster.Protocols.Coap.Blockwise;

/// <summary>
/// Makes messages fit into the datagrams of constrained networks (RFC 7252 section 4.6): bodies go in blocks that are small enough (RFC 7959 sections 2.3 and 2.4), and an error's text is cut.
/// </summary>
public static class CoapFit
{
    /// <summary>The least bytes of a datagram that can be asked for: a block of 16 bytes, and the options that go with it.</summary>
    public const int Least = 64;

    // Header, token, entity tag, format, age, block and marker of an answer.
    private const int UsualInAnswer = 36;

    /// <summary>The block to ask for, so that an answer with the usual options fits without another round.</summary>
    public static CoapBlock Ask(int limit) => new(0, false, CoapBlock.ExponentFor(limit - UsualInAnswer));

    /// <summary>The answer as it fits into <paramref name="limit"/> bytes; 4.13 where content does not even with a block of 16 bytes. Other answers without payload are as they are.</summary>
    /// <param name="request">Whose token the answer bears.</param>
    /// <param name="answer">Complete but for its token, with the whole body or the block that was asked for. It is changed.</param>
    /// <param name="limit">Bytes of a datagram; null: any.</param>
    public static CoapMessage Fit(CoapMessage request, CoapMessage answer, int? limit)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(answer);
        if (answer.Payload.IsEmpty && answer.Code != CoapCode.Content) return answer;
        if (!answer.Code.IsSuccess) return CutText(request, answer, limit);
        return limit is not { } most || Measure(request, answer) <= most ? answer : Shrink(request, answer, most);
    }

    /// <summary>
    /// The size exponent of the blocks in which a request's body goes, none of them longer than <paramref name="limit"/>; null where not even 16 bytes fit.
    /// </summary>
    /// <param name="request">Complete but for its token, block and payload.</param>
    /// <param name="token">Bytes of its token.</param>
    /// <param name="body">Bytes of the whole body.</param>
    /// <param name="largest">The exponent that is not exceeded.</param>
    /// <param name="limit">Bytes of a datagram; null: any.</param>
    public static int? ExponentOf(CoapMessage request, int token, int body, int largest, int? limit)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (limit is not { } most) return largest;
        for (var exponent = largest; exponent >= 0; exponent--)
        {
            // Later blocks have longer numbers.
            request.Options.Set(CoapOptionNumber.Block1, new CoapBlock(body >> (exponent + 4), true, exponent).Encode());
            var bare = CoapEncoder.Measure(request) - request.Token.Length + token - (request.Payload.IsEmpty ? 0 : 1 + request.Payload.Length);
            request.Options.Remove(CoapOptionNumber.Block1);
            if (bare + 1 + (1 << (exponent + 4)) <= most) return exponent;
        }

        return null;
    }

    private static CoapMessage Shrink(CoapMessage request, CoapMessage answer, int limit)
    {
        // How large the whole is the peer learns at its end as well.
        answer.Options.Remove(CoapOptionNumber.Size2);
        if (Measure(request, answer) <= limit) return answer;
        if (answer.Options.Block2 is null && !answer.Options.TryGet(CoapOptionNumber.ETag, out _)) answer.Options.Add(CoapOptionNumber.ETag, CoapETag.Of(answer.Payload.Span));
        var asked = answer.Options.Block2 ?? new CoapBlock(0, false, CoapBlock.MaxSizeExponent);
        var payload = answer.Payload;
        for (var exponent = Math.Min(asked.SizeExponent, CoapBlock.ExponentFor(payload.Length)); exponent >= 0; exponent--)
        {
            var size = 1 << (exponent + 4);
            answer.Payload = payload[..Math.Min(size, payload.Length)];
            answer.Options.Set(CoapOptionNumber.Block2, new CoapBlock(asked.Number << (asked.SizeExponent - exponent), asked.More || payload.Length > size, exponent).Encode());
            if (Measure(request, answer) <= limit) return answer;
        }

        return CutText(request, new CoapMessage(CoapCode.RequestEntityTooLarge, "does not fit"u8.ToArray()), limit);
    }

    private static CoapMessage CutText(CoapMessage request, CoapMessage answer, int? limit)
    {
        // Whoever asks for small blocks has no room for a long text either.
        var room = request.Options.Block2?.Size ?? int.MaxValue;
        if (limit is { } most) room = Math.Min(room, most - (Measure(request, answer) - answer.Payload.Length));
        if (answer.Payload.Length > room) answer.Payload = Cut(answer.Payload, Math.Max(0, room));
        return answer;
    }

    /// <summary>Between two characters: it is UTF-8 (RFC 7252 section 5.5.2).</summary>
    private static ReadOnlyMemory<byte> Cut(ReadOnlyMemory<byte> text, int length)
    {
        while (length > 0 && (text.Span[length] & 0xC0) == 0x80) length--;
        return text[..length];
    }

    private static int Measure(CoapMessage request, CoapMessage answer) => CoapEncoder.Measure(answer) - answer.Token.Length + request.Token.Length;
}
