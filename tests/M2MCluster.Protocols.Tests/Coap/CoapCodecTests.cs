using System.Text;
using CsCheck;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Protocols.Tests.Coap;

public sealed class CoapCodecTests
{
    private static readonly Gen<CoapMessage> Messages =
        from type in Gen.Int[0, 2]
        from code in Gen.OneOf(CoapCode.Get, CoapCode.Post, CoapCode.Content, CoapCode.NotFound, CoapCode.ServiceUnavailable)
        from id in Gen.UShort
        from token in Gen.Byte.Array[0, 8]
        from options in Gen.Select(Gen.Int[0, 65535], Gen.Byte.Array[0, 400]).Array[0, 12]
        from payload in Gen.Byte.Array[0, 200]
        select Build((CoapType)type, code, id, token, options, payload);

    [SkippableFact]
    public void Decode_FiguresOfRfc7252_ReadAsPrinted()
    {
        var frames = Vectors.Load("coap-rfc7252-figures.json").EnumerateArray().ToDictionary(v => v.GetProperty("figure").GetString()!, v => Convert.FromHexString(v.GetProperty("hex").GetString()!));

        var request = Decode(frames["Figure 17 request"]);
        Assert.Equal((CoapType.Confirmable, CoapCode.Get, (ushort)0x7d35, "20"), (request.Type, request.Code, request.MessageId, request.Token.ToString()));
        Assert.Equal("/temperature", request.Options.UriPath);

        var response = Decode(frames["Figure 17 response"]);
        Assert.Equal((CoapType.Acknowledgement, CoapCode.Content, "20"), (response.Type, response.Code, response.Token.ToString()));
        Assert.Equal("22.3 C", Encoding.ASCII.GetString(response.Payload.Span));
    }

    [SkippableFact]
    public void Encode_FiguresOfRfc7252_GiveTheSameBytes()
    {
        foreach (var vector in Vectors.Load("coap-rfc7252-figures.json").EnumerateArray())
        {
            var bytes = Convert.FromHexString(vector.GetProperty("hex").GetString()!);
            Assert.Equal(bytes, CoapEncoder.Encode(Decode(bytes)));
        }
    }

    [SkippableFact]
    public void Decode_EveryTruncation_IsAShorterMessageOrRefused()
    {
        foreach (var vector in Vectors.Load("coap-rfc7252-figures.json").EnumerateArray())
        {
            var bytes = Convert.FromHexString(vector.GetProperty("hex").GetString()!);
            for (var length = 0; length < bytes.Length; length++)
            {
                var status = CoapDecoder.Decode(bytes.AsMemory(0, length), out var message, out var reason);
                Assert.Equal(length < 4, status == CoapDecodeStatus.Ignored);
                Assert.Equal(status == CoapDecodeStatus.Ok, reason is null);
                if (status == CoapDecodeStatus.Ok) Assert.Equal(bytes[..length], CoapEncoder.Encode(message));
            }
        }
    }

    [Fact]
    public void Encode_AnyMessage_IsReadBackTheSame() => Messages.Sample(message =>
    {
        var bytes = CoapEncoder.Encode(message);
        Assert.Equal(CoapEncoder.Measure(message), bytes.Length);
        var read = Decode(bytes);
        Assert.Equal((message.Type, message.Code, message.MessageId, message.Token), (read.Type, read.Code, read.MessageId, read.Token));
        Assert.Equal(message.Payload.ToArray(), read.Payload.ToArray());
        Assert.Equal(message.Options.Select(o => (o.Number, Convert.ToHexString(o.Value.Span))), read.Options.Select(o => (o.Number, Convert.ToHexString(o.Value.Span))));
        Assert.Equal(bytes, CoapEncoder.Encode(read));
    });

    [Fact]
    public void Decode_RandomBytes_NeverThrows() => Gen.Byte.Array[0, 1200].Sample(bytes => Visit(bytes));

    [Fact]
    public void Decode_MutatedMessages_NeverThrow() =>
        Gen.Select(Messages, Gen.Int, Gen.Byte).Sample((message, where, what) =>
        {
            var bytes = CoapEncoder.Encode(message);
            bytes[(where & int.MaxValue) % bytes.Length] = what;
            Visit(bytes);
        });

    [Theory]
    [InlineData("4001", CoapDecodeStatus.Ignored)]
    [InlineData("80017d34", CoapDecodeStatus.Ignored)] // version 2
    [InlineData("40007d34", CoapDecodeStatus.Ok)] // ping
    [InlineData("40007d34ff", CoapDecodeStatus.Malformed)]
    [InlineData("41007d3401", CoapDecodeStatus.Malformed)] // an empty message with a token
    [InlineData("40017d34ff", CoapDecodeStatus.Malformed)] // marker without payload
    [InlineData("49017d34000000000000000000", CoapDecodeStatus.Malformed)] // reserved token length
    [InlineData("4d017d3400", CoapDecodeStatus.Malformed)] // extended token length (RFC 8974)
    [InlineData("42017d3401", CoapDecodeStatus.Malformed)] // token cut short
    [InlineData("40017d34f0", CoapDecodeStatus.Malformed)] // reserved delta
    [InlineData("40017d340f", CoapDecodeStatus.Malformed)] // reserved length
    [InlineData("40017d34d0", CoapDecodeStatus.Malformed)] // extended delta cut short
    [InlineData("40017d34e001", CoapDecodeStatus.Malformed)]
    [InlineData("40017d34e0ffff", CoapDecodeStatus.Malformed)] // option number 65804
    [InlineData("40017d34b474656d", CoapDecodeStatus.Malformed)] // value cut short
    [InlineData("40207d34", CoapDecodeStatus.Malformed)] // class 1
    [InlineData("70017d34", CoapDecodeStatus.Malformed)] // a reset with a code
    public void Decode_Edges_AreToldApart(string hex, CoapDecodeStatus expected)
    {
        var status = CoapDecoder.Decode(Convert.FromHexString(hex), out var message, out _);
        Assert.Equal(expected, status);
        if (status != CoapDecodeStatus.Ignored) Assert.Equal(0x7d34, message.MessageId);
    }

    [Fact]
    public void Decode_MoreOptionsThanTheBound_IsMalformed()
    {
        var bytes = new byte[4 + CoapDecoder.MaxOptions + 1];
        Convert.FromHexString("40017d34").CopyTo(bytes, 0);
        Assert.Equal(CoapDecodeStatus.Malformed, CoapDecoder.Decode(bytes, out _, out var reason));
        Assert.Equal("too many options", reason);
        Assert.Equal(CoapDecodeStatus.Ok, CoapDecoder.Decode(bytes.AsMemory(0, bytes.Length - 1), out _, out _));
    }

    private static CoapMessage Build(CoapType type, CoapCode code, ushort id, byte[] token, (int Number, byte[] Value)[] options, byte[] payload)
    {
        var message = new CoapMessage(code, payload) { Type = type, MessageId = id, Token = new CoapToken(token) };
        foreach (var (number, value) in options) message.Options.Add(number, value);
        return message;
    }

    private static CoapMessage Decode(byte[] bytes)
    {
        Assert.Equal(CoapDecodeStatus.Ok, CoapDecoder.Decode(bytes, out var message, out var reason));
        Assert.Null(reason);
        return message;
    }

    private static void Visit(byte[] bytes)
    {
        if (CoapDecoder.Decode(bytes, out var message, out var reason) != CoapDecodeStatus.Ok)
        {
            Assert.NotNull(reason);
            return;
        }

        _ = (message.Options.UriPath, message.Options.Block1, message.Options.Block2, message.Options.Observe, message.Options.ContentFormat, message.Options.GetQuery("ep"u8));
        _ = CoapOptionRule.FirstRefused(message.Options, [CoapOptionNumber.UriPath]);
        // Not the same bytes as those read, since another sender may have written a delta in a longer form; but the same meaning.
        Assert.Equal(CoapDecodeStatus.Ok, CoapDecoder.Decode(CoapEncoder.Encode(message), out var again, out _));
        Assert.Equal(message.Options.Count, again.Options.Count);
    }
}
