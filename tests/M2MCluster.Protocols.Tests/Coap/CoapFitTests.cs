using System.Text;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Blockwise;

namespace M2MCluster.Protocols.Tests.Coap;

public sealed class CoapFitTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(1024)]
    public void Fit_OfAnyBodyAtAnyLimit_IsTheWholeBodyInDatagramsThatFit(int asked)
    {
        for (var limit = CoapFit.Least; limit < 200; limit += 3)
        {
            for (var length = 1; length < 400; length += 13)
            {
                var body = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
                var collector = new CoapBlock2Collector(body.Length);
                var wanted = asked == 0 ? (CoapBlock?)null : new CoapBlock(0, false, CoapBlock.ExponentFor(asked));
                var status = CoapBlock2Status.Continue;
                while (status == CoapBlock2Status.Continue)
                {
                    var request = new CoapMessage(CoapCode.Get) { Token = CoapToken.OfNumber(7) };
                    var answer = CoapFit.Fit(request, Answer(body, wanted), limit);
                    answer.Token = request.Token;
                    Assert.InRange(CoapEncoder.Measure(answer), 1, limit);
                    status = collector.Accept(answer);
                    wanted = collector.Next;
                }

                Assert.Equal(CoapBlock2Status.Complete, status);
                Assert.Equal(body, collector.ToArray());
            }
        }
    }

    [Fact]
    public void Fit_OfAnError_CutsItsTextBetweenTwoCharacters()
    {
        var request = new CoapMessage(CoapCode.Post) { Token = CoapToken.OfNumber(7) };
        request.Options.Add(CoapOptionNumber.Block2, new CoapBlock(0, false, 0).Encode());
        var text = Encoding.UTF8.GetBytes(new string('ü', 100));

        Assert.Equal(16, CoapFit.Fit(request, new(CoapCode.BadRequest, text), null).Payload.Length);
        request.Options.Remove(CoapOptionNumber.Block2);
        Assert.Equal(200, CoapFit.Fit(request, new(CoapCode.BadRequest, text), null).Payload.Length);
        // 4 of header, 4 of token, the marker.
        Assert.Equal(54, CoapFit.Fit(request, new(CoapCode.BadRequest, text), 64).Payload.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void Fit_WhereOptionsLeaveNoRoom_IsTooLarge(int length)
    {
        var answer = new CoapMessage(CoapCode.Content, new byte[length]);
        answer.Options.Add(CoapOptionNumber.Command, "PUT /" + new string('x', 70));

        Assert.Equal(CoapCode.RequestEntityTooLarge, CoapFit.Fit(new(CoapCode.Get), answer, 74).Code);
    }

    [Fact]
    public void ExponentOf_ARequest_IsTheLargestThatFitsWithItsLastBlock()
    {
        var request = new CoapMessage(CoapCode.Post);
        request.Options.AddPath("/m2m/reports");
        for (var limit = 40; limit < 200; limit++)
        {
            var exponent = CoapFit.ExponentOf(request, 4, 5000, CoapBlock.MaxSizeExponent, limit);
            if (exponent is not { } fitting)
            {
                Assert.Equal(40, limit);
                continue;
            }

            // 4 of header, 4 of token, 12 of path, 3 or 4 of block, the marker.
            Assert.InRange(24 + (16 << fitting), 1, limit);
            Assert.True(fitting == CoapBlock.MaxSizeExponent || 25 + (32 << fitting) > limit);
        }

        Assert.Equal(CoapBlock.MaxSizeExponent, CoapFit.ExponentOf(request, 4, 5000, CoapBlock.MaxSizeExponent, null));
    }

    private static CoapMessage Answer(byte[] body, CoapBlock? wanted)
    {
        Assert.True(CoapBlockSlice.TryCut(body, wanted ?? new CoapBlock(0, false, CoapBlock.MaxSizeExponent), out var slice));
        var answer = new CoapMessage(CoapCode.Content, slice.Value.Payload);
        answer.Options.Add(CoapOptionNumber.ETag, CoapETag.Of(body));
        answer.Options.Add(CoapOptionNumber.ContentFormat, 50);
        if (wanted is null) return answer;
        answer.Options.Add(CoapOptionNumber.Block2, slice.Value.Block.Encode());
        answer.Options.Add(CoapOptionNumber.Size2, (uint)body.Length);
        return answer;
    }
}
