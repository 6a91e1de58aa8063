using System.Text;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Blockwise;

namespace M2MCluster.Edge.Coap;

/// <summary>Makes responses.</summary>
internal static class CoapReply
{
    /// <summary>An answer without content; an error with a diagnostic payload (RFC 7252 section 5.5.2).</summary>
    public static CoapMessage Of(CoapCode code, string? diagnostic = null) =>
        new(code, diagnostic is null ? default(ReadOnlyMemory<byte>) : Encoding.UTF8.GetBytes(diagnostic));

    /// <summary>5.03 or 4.29 with Max-Age.</summary>
    public static CoapMessage Later(CoapCode code, TimeSpan retryAfter, string diagnostic)
    {
        var reply = Of(code, diagnostic);
        reply.Options.Add(CoapOptionNumber.MaxAge, (uint)Math.Ceiling(retryAfter.TotalSeconds));
        return reply;
    }

    /// <summary>
    /// 2.05 with the block that the request asks for, or the first one of a body that needs blocks (RFC 7959 section 2.4); 2.03 where the
    /// request has the entity tag; 4.06 where it accepts another format.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="body">The whole body.</param>
    /// <param name="format">Its Content-Format, or null for a media type that has no number.</param>
    /// <param name="etag">Its entity tag; null: one of the body.</param>
    public static CoapMessage Content(CoapMessage request, ReadOnlyMemory<byte> body, int? format, byte[]? etag = null)
    {
        if (request.Options.Accept is { } accept && accept != format) return Of(CoapCode.NotAcceptable);
        var wanted = request.Options.Block2 ?? new CoapBlock(0, false, CoapBlock.MaxSizeExponent);
        if (!CoapBlockSlice.TryCut(body, wanted with { More = false }, out var slice)) return Of(CoapCode.BadRequest, "no such block");
        var blockwise = slice.Value.Block.More || slice.Value.Block.Number > 0 || request.Options.Block2 is not null;
        if (blockwise) etag ??= CoapETag.Of(body.Span);
        if (etag is not null && HasETag(request, etag)) return Tagged(new CoapMessage(CoapCode.Valid), etag);

        var reply = new CoapMessage(CoapCode.Content, slice.Value.Payload);
        if (etag is not null) Tagged(reply, etag);
        if (format is { } number) reply.Options.Add(CoapOptionNumber.ContentFormat, (uint)number);
        if (!blockwise) return reply;
        reply.Options.Add(CoapOptionNumber.Block2, slice.Value.Block.Encode());
        if (slice.Value.Block.Number == 0) reply.Options.Add(CoapOptionNumber.Size2, (uint)body.Length);
        return reply;
    }

    private static CoapMessage Tagged(CoapMessage reply, byte[] etag)
    {
        reply.Options.Add(CoapOptionNumber.ETag, etag);
        return reply;
    }

    private static bool HasETag(CoapMessage request, byte[] etag)
    {
        for (var i = 0; i < request.Options.Count; i++)
        {
            if (request.Options[i].Number == CoapOptionNumber.ETag && request.Options[i].Value.Span.SequenceEqual(etag)) return true;
        }

        return false;
    }
}
