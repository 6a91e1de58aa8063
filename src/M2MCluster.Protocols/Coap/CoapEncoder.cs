using System.Buffers.Binary;

namespace M2MCluster.Protocols.Coap;

/// <summary>Writes messages as RFC 7252 section 3 has them; the bit diagram stands at <see cref="CoapDecoder"/>.</summary>
public static class CoapEncoder
{
    /// <summary>The number of bytes that <see cref="Encode(CoapMessage, Span{byte})"/> writes.</summary>
    public static int Measure(CoapMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var size = CoapDecoder.HeaderLength + message.Token.Length;
        var last = 0;
        for (var i = 0; i < message.Options.Count; i++)
        {
            var option = message.Options[i];
            size += 1 + ExtendedLength(option.Number - last) + ExtendedLength(option.Value.Length) + option.Value.Length;
            last = option.Number;
        }

        return message.Payload.IsEmpty ? size : size + 1 + message.Payload.Length;
    }

    public static byte[] Encode(CoapMessage message)
    {
        var bytes = new byte[Measure(message)];
        Encode(message, bytes);
        return bytes;
    }

    /// <summary>Writes the message and returns its length.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than <see cref="Measure"/>.</exception>
    public static int Encode(CoapMessage message, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(message);
        WriteHeader(destination, message.Type, message.Token.Length, message.Code, message.MessageId);
        message.Token.CopyTo(destination[CoapDecoder.HeaderLength..]);
        var at = CoapDecoder.HeaderLength + message.Token.Length;
        var last = 0;
        for (var i = 0; i < message.Options.Count; i++)
        {
            var option = message.Options[i];
            var head = at++;
            var delta = WriteExtended(destination, ref at, option.Number - last);
            var length = WriteExtended(destination, ref at, option.Value.Length);
            destination[head] = (byte)((delta << 4) | length);
            option.Value.Span.CopyTo(destination[at..]);
            at += option.Value.Length;
            last = option.Number;
        }

        if (message.Payload.IsEmpty) return at;
        destination[at++] = CoapDecoder.PayloadMarker;
        message.Payload.Span.CopyTo(destination[at..]);
        return at + message.Payload.Length;
    }

    /// <summary>An empty message: an acknowledgement, a reset, or as confirmable a ping (section 4.3).</summary>
    public static byte[] EncodeEmpty(CoapType type, ushort messageId)
    {
        var bytes = new byte[CoapDecoder.HeaderLength];
        WriteHeader(bytes, type, 0, CoapCode.Empty, messageId);
        return bytes;
    }

    private static void WriteHeader(Span<byte> destination, CoapType type, int tokenLength, CoapCode code, ushort messageId)
    {
        destination[0] = (byte)((1 << 6) | ((int)type << 4) | tokenLength);
        destination[1] = code.Value;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], messageId);
    }

    private static int ExtendedLength(int value) => value < 13 ? 0 : value < 269 ? 1 : 2;

    private static int WriteExtended(Span<byte> destination, ref int at, int value)
    {
        switch (ExtendedLength(value))
        {
            case 0:
                return value;
            case 1:
                destination[at++] = (byte)(value - 13);
                return 13;
            default:
                BinaryPrimitives.WriteUInt16BigEndian(destination[at..], checked((ushort)(value - 269)));
                at += 2;
                return 14;
        }
    }
}
