using System.Buffers.Binary;

namespace M2MCluster.Protocols.Coap;

/// <summary>
/// Reads one datagram as one message (RFC 7252 section 3). It never throws, whatever the bytes.
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// |Ver| T |  TKL  |      Code     |          Message ID           |
/// |   Token (if any, TKL bytes) ...
/// |   Options (if any) ...
/// |1 1 1 1 1 1 1 1|    Payload (if any) ...
/// </code>
/// </summary>
public static class CoapDecoder
{
    /// <summary>More options than this are a message format error; without a bound a datagram of 64 KiB could carry 65,000.</summary>
    public const int MaxOptions = 128;

    internal const int HeaderLength = 4;
    internal const byte PayloadMarker = 0xFF;

    /// <summary>
    /// Reads <paramref name="datagram"/>. With <see cref="CoapDecodeStatus.Malformed"/> the message has type, code and id alone, which is
    /// what a Reset needs; with <see cref="CoapDecodeStatus.Ignored"/> nothing in it is meaningful.
    /// </summary>
    /// <param name="datagram">The whole datagram; the message keeps slices of it.</param>
    /// <param name="message">The message.</param>
    /// <param name="reason">Why it is not Ok, else null.</param>
    public static CoapDecodeStatus Decode(ReadOnlyMemory<byte> datagram, out CoapMessage message, out string? reason)
    {
        message = new CoapMessage();
        var span = datagram.Span;
        if (span.Length < HeaderLength || span[0] >> 6 != 1)
        {
            reason = span.Length < HeaderLength ? "shorter than a header" : "not version 1";
            return CoapDecodeStatus.Ignored;
        }

        message.Type = (CoapType)((span[0] >> 4) & 3);
        message.Code = new CoapCode(span[1]);
        message.MessageId = BinaryPrimitives.ReadUInt16BigEndian(span[2..]);
        reason = ReadBody(datagram, message);
        return reason is null ? CoapDecodeStatus.Ok : CoapDecodeStatus.Malformed;
    }

    private static string? ReadBody(ReadOnlyMemory<byte> datagram, CoapMessage message)
    {
        var span = datagram.Span;
        var tokenLength = span[0] & 0x0F;
        if (message.Code.IsEmpty) return span.Length == HeaderLength && tokenLength == 0 ? null : "an empty message with more than a header";
        if (message.Type == CoapType.Reset) return "a reset that is not empty";
        if (message.Code.Class is 1 or 6 or 7) return "reserved code class";
        if (tokenLength > CoapToken.MaxLength) return "reserved token length";
        if (span.Length < HeaderLength + tokenLength) return "token cut short";
        message.Token = new CoapToken(span.Slice(HeaderLength, tokenLength));

        var at = HeaderLength + tokenLength;
        var number = 0;
        while (at < span.Length)
        {
            var head = span[at++];
            if (head == PayloadMarker)
            {
                if (at == span.Length) return "payload marker without payload";
                message.Payload = datagram[at..];
                return null;
            }

            if (!TryReadExtended(span, ref at, head >> 4, out var delta)) return "option delta";
            if (!TryReadExtended(span, ref at, head & 0x0F, out var length)) return "option length";
            number += delta;
            if (number > ushort.MaxValue) return "option number";
            if (length > span.Length - at) return "option cut short";
            if (message.Options.Count == MaxOptions) return "too many options";
            message.Options.Add(new CoapOption(number, datagram.Slice(at, length)));
            at += length;
        }

        return null;
    }

    // Section 3.1: 13 adds one byte and 13, 14 adds two bytes and 269, 15 is reserved.
    private static bool TryReadExtended(ReadOnlySpan<byte> span, ref int at, int nibble, out int value)
    {
        value = nibble;
        switch (nibble)
        {
            case < 13:
                return true;
            case 13 when at < span.Length:
                value = span[at++] + 13;
                return true;
            case 14 when at + 1 < span.Length:
                value = BinaryPrimitives.ReadUInt16BigEndian(span[at..]) + 269;
                at += 2;
                return true;
            default:
                return false;
        }
    }
}
