using CsCheck;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Blockwise;

namespace M2MCluster.Protocols.Tests.Coap;

public sealed class BlockwiseTests
{
    private const int MaxBody = 1000;

    private readonly CoapBlock1Assembler<string> _assembler = new(MaxBody, 3 * MaxBody, 247_000);

    [Fact]
    public void Accept_BlocksInOrder_GivesTheBody() => Gen.Select(Gen.Byte.Array[1, MaxBody], Gen.Int[0, 6]).Sample((body, exponent) =>
    {
        var assembler = new CoapBlock1Assembler<string>(MaxBody, MaxBody, 1);
        for (var number = 0; ; number++)
        {
            Assert.True(CoapBlockSlice.TryCut(body, new(number, false, exponent), out var slice));
            var status = assembler.Accept("a", Request(slice.Value), 0, out var whole);
            if (slice.Value.Block.More)
            {
                Assert.Equal(CoapBlock1Status.Continue, status);
                continue;
            }

            Assert.Equal(CoapBlock1Status.Complete, status);
            Assert.Equal(body, whole.ToArray());
            Assert.Equal(0, assembler.TotalBytes);
            return;
        }
    });

    [Fact]
    public void Accept_WithoutBlock1_IsCompleteUpToTheBound()
    {
        Assert.Equal(CoapBlock1Status.Complete, _assembler.Accept("a", new CoapMessage(CoapCode.Post, new byte[MaxBody]), 0, out var body));
        Assert.Equal(MaxBody, body.Length);
        Assert.Equal(CoapBlock1Status.TooLarge, _assembler.Accept("a", new CoapMessage(CoapCode.Post, new byte[MaxBody + 1]), 0, out _));
    }

    [Fact]
    public void Accept_FirstBlockMissing_IsIncomplete() => Assert.Equal(CoapBlock1Status.Incomplete, Accept("a", 1, more: true, 16));

    [Fact]
    public void Accept_GapInTheBlocks_IsIncomplete()
    {
        Accept("a", 0, more: true, 16);
        Assert.Equal(CoapBlock1Status.Incomplete, Accept("a", 2, more: true, 16));
        Assert.Equal(CoapBlock1Status.Incomplete, Accept("a", 1, more: false, 16));
        Accept("a", 0, more: true, 16);
        Assert.Equal(CoapBlock1Status.Complete, Accept("a", 1, more: false, 16));
        Assert.Equal(0, _assembler.TotalBytes);
    }

    [Fact]
    public void Advance_RestOfABodyDidNotCome_IsToldOnceWithWhatCame()
    {
        var told = new List<(string Peer, string Path, int Bytes)>();
        var assembler = new CoapBlock1Assembler<string>(MaxBody, 3 * MaxBody, 1000, (peer, first, came) => told.Add((peer, first.Options.UriPath, came.Length)));
        foreach (var (peer, number) in new[] { ("whole", 0), ("rest", 0), ("rest", 1), ("gap", 0), ("gap", 2), ("again", 0), ("again", 0), ("gone", 0) })
            assembler.Accept(peer, Request(new(new(number, true, 0), Enumerable.Repeat((byte)number, 16).ToArray())), 0, out _);
        assembler.Accept("whole", Request(new(new(1, false, 0), new byte[3])), 0, out _);
        assembler.Abandon("gone");
        assembler.Advance(1000);
        Assert.Equal([("gone", "/m2m/reports", 16)], told);
        assembler.Advance(1001);
        assembler.Advance(9000);

        Assert.Equal([("again", 16), ("gap", 16), ("gone", 16), ("rest", 32)], told.Select(one => (one.Peer, one.Bytes)).Order());
        Assert.Equal(0, assembler.TotalBytes);
    }

    [Fact]
    public void Accept_LastBlockSentAgain_ContinuesWithoutDoublingIt()
    {
        Accept("a", 0, more: true, 16);
        Assert.Equal(CoapBlock1Status.Continue, Accept("a", 0, more: true, 16));
        Assert.Equal(CoapBlock1Status.Continue, Accept("a", 1, more: true, 16));
        Assert.Equal(CoapBlock1Status.Continue, Accept("a", 1, more: true, 16));
        Assert.Equal(CoapBlock1Status.Complete, _assembler.Accept("a", Request(new(new(2, false, 0), new byte[3])), 0, out var body));
        Assert.Equal(35, body.Length);
    }

    [Fact]
    public void Accept_OtherOptionsInMidBody_IsIncomplete()
    {
        Accept("a", 0, more: true, 16);
        var other = Request(new(new(1, false, 0), new byte[3]));
        other.Options.AddQuery("id", "2");
        Assert.Equal(CoapBlock1Status.Incomplete, _assembler.Accept("a", other, 0, out _));
    }

    [Fact]
    public void Accept_AnnouncedSizeAboveTheBound_IsTooLargeAtOnce()
    {
        var request = Request(new(new(0, true, 0), new byte[16]));
        request.Options.Add(CoapOptionNumber.Size1, MaxBody + 1);
        Assert.Equal(CoapBlock1Status.TooLarge, _assembler.Accept("a", request, 0, out _));
    }

    [Fact]
    public void Accept_BodyGrowsAboveTheBound_IsTooLarge()
    {
        Assert.Equal(CoapBlock1Status.Continue, Accept("a", 0, more: true, 512));
        Assert.Equal(CoapBlock1Status.TooLarge, Accept("a", 1, more: true, 512));
        Assert.Equal(0, _assembler.TotalBytes);
    }

    [Fact]
    public void Accept_BlockShorterThanItsSize_IsInvalid() =>
        Assert.Equal(CoapBlock1Status.Invalid, _assembler.Accept("a", Request(new(new(0, true, 2), new byte[63])), 0, out _));

    [Fact]
    public void Accept_TotalExhausted_HasNoRoomUntilBodiesExpire()
    {
        for (var peer = 0; peer < 5; peer++) Accept($"{peer}", 0, more: true, 512);
        Assert.Equal(CoapBlock1Status.NoRoom, Accept("x", 0, more: true, 512));
        _assembler.Advance(247_000);
        Assert.Equal(CoapBlock1Status.NoRoom, Accept("x", 0, more: true, 512));
        _assembler.Advance(247_001);
        Assert.Equal(0, _assembler.TotalBytes);
        Assert.Equal(CoapBlock1Status.Continue, Accept("x", 0, more: true, 512));
    }

    [Fact]
    public void Collect_BlocksInOrder_GivesTheBody()
    {
        var body = new byte[2500];
        Random.Shared.NextBytes(body);
        var collector = new CoapBlock2Collector(3000);
        while (true)
        {
            var status = collector.Accept(Response(body, collector.Next, "v1"));
            if (status == CoapBlock2Status.Complete) break;
            Assert.Equal(CoapBlock2Status.Continue, status);
        }

        Assert.Equal(body, collector.ToArray());
    }

    [Fact]
    public void Collect_BodyChangedInBetween_StartsAgain()
    {
        var collector = new CoapBlock2Collector(3000);
        collector.Accept(Response(new byte[2500], collector.Next, "v1"));
        Assert.Equal(CoapBlock2Status.Changed, collector.Accept(Response(new byte[2500], collector.Next, "v2")));
        Assert.Equal(0, collector.Next.Number);
    }

    [Fact]
    public void Collect_BodyAboveTheBound_IsTooLarge()
    {
        var collector = new CoapBlock2Collector(1500);
        collector.Accept(Response(new byte[2500], collector.Next, "v1"));
        Assert.Equal(CoapBlock2Status.TooLarge, collector.Accept(Response(new byte[2500], collector.Next, "v1")));
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(0, 1, false)]
    [InlineData(64, 0, true)]
    [InlineData(64, 1, false)]
    [InlineData(65, 1, true)]
    [InlineData(65, CoapBlock.MaxNumber, false)]
    public void TryCut_AtTheEnd_KnowsWhatIsThere(int length, int number, bool there) =>
        Assert.Equal(there, CoapBlockSlice.TryCut(new byte[length], new(number, false, 2), out _));

    private CoapBlock1Status Accept(string peer, int number, bool more, int size) =>
        _assembler.Accept(peer, Request(new(new(number, more, CoapBlock.ExponentFor(size)), new byte[size])), 0, out _);

    private static CoapMessage Request(CoapBlockSlice slice)
    {
        var request = new CoapMessage(CoapCode.Post, slice.Payload);
        request.Options.AddPath("/m2m/reports");
        request.Options.Add(CoapOptionNumber.Block1, slice.Block.Encode());
        return request;
    }

    private static CoapMessage Response(byte[] body, CoapBlock wanted, string etag)
    {
        Assert.True(CoapBlockSlice.TryCut(body, wanted, out var slice));
        var response = new CoapMessage(CoapCode.Content, slice.Value.Payload);
        response.Options.Add(CoapOptionNumber.ETag, etag);
        response.Options.Add(CoapOptionNumber.Block2, slice.Value.Block.Encode());
        return response;
    }
}
