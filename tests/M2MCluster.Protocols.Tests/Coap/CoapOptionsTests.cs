using M2MCluster.Protocols.Coap;

namespace M2MCluster.Protocols.Tests.Coap;

public sealed class CoapOptionsTests
{
    [Fact]
    public void Add_OutOfOrder_SortsAndKeepsRepetitionsInOrder()
    {
        var options = new CoapOptions();
        options.AddQuery("ep", "c1");
        options.AddPath("/m2m/reports");
        options.Add(CoapOptionNumber.ContentFormat, 110);
        Assert.Equal([11, 11, 12, 15], options.Select(o => o.Number));
        Assert.Equal("/m2m/reports", options.UriPath);
        Assert.Equal("c1", options.GetQuery("ep"u8));
        Assert.Null(options.GetQuery("e"u8));
        Assert.Null(options.GetQuery("epx"u8));
        Assert.Equal(110, options.ContentFormat);
    }

    [Theory]
    [InlineData(0u, "")]
    [InlineData(1u, "01")]
    [InlineData(255u, "FF")]
    [InlineData(256u, "0100")]
    [InlineData(65536u, "010000")]
    [InlineData(uint.MaxValue, "FFFFFFFF")]
    public void OfUint_AnyNumber_TakesNoMoreBytesThanNeeded(uint value, string hex)
    {
        var option = CoapOption.OfUint(CoapOptionNumber.Size1, value);
        Assert.Equal(hex, Convert.ToHexString(option.Value.Span));
        Assert.True(option.TryGetUint(out var read));
        Assert.Equal(value, read);
    }

    [Fact]
    public void FirstRefused_UnknownElectiveOption_IsIgnored() => Assert.Equal(0, Refused(o => o.Add(65000, new byte[3])));

    [Fact]
    public void FirstRefused_UnknownCriticalOption_IsNamed() => Assert.Equal(65001, Refused(o => o.Add(65001, new byte[3])));

    [Fact]
    public void FirstRefused_CriticalOptionOfWrongLength_IsNamed() => Assert.Equal(CoapOptionNumber.Block1, Refused(o => o.Add(CoapOptionNumber.Block1, new byte[4])));

    [Fact]
    public void FirstRefused_CriticalOptionRepeatedAgainstItsRule_IsNamed() => Assert.Equal(CoapOptionNumber.Accept, Refused(o =>
    {
        o.Add(CoapOptionNumber.Accept, 0);
        o.Add(CoapOptionNumber.Accept, 40);
    }));

    [Fact]
    public void FirstRefused_RepeatablePath_IsUnderstood() => Assert.Equal(0, Refused(o => o.AddPath("/a/b/c")));

    [Fact]
    public void GetUint_ElectiveOptionOfWrongLength_CountsAsAbsent()
    {
        var options = new CoapOptions();
        options.Add(CoapOptionNumber.ContentFormat, new byte[] { 0, 0, 110 });
        Assert.Null(options.ContentFormat);
    }

    [Theory]
    [InlineData(0, false, 0, 0u)]
    [InlineData(1, true, 2, 0x1Au)]
    [InlineData(CoapBlock.MaxNumber, true, 6, 0xFFFFFEu)]
    public void Block_Values_ReadBackTheSame(int number, bool more, int exponent, uint value)
    {
        var block = new CoapBlock(number, more, exponent);
        Assert.Equal(value, block.Encode());
        Assert.True(CoapBlock.TryDecode(value, out var read));
        Assert.Equal(block, read);
    }

    [Fact]
    public void Block_ReservedExponent_IsRefused() => Assert.False(CoapBlock.TryDecode(7, out _));

    [Theory]
    [InlineData(16, 0)]
    [InlineData(31, 0)]
    [InlineData(32, 1)]
    [InlineData(1024, 6)]
    [InlineData(5000, 6)]
    [InlineData(1, 0)]
    public void Block_ExponentFor_IsTheLargestThatFits(int size, int exponent) => Assert.Equal(exponent, CoapBlock.ExponentFor(size));

    [Theory]
    [InlineData(1u, 2u, 0, true)]
    [InlineData(2u, 1u, 0, false)]
    [InlineData(2u, 2u, 0, false)]
    [InlineData(0xFFFFFFu, 0u, 0, true)]
    [InlineData(0u, 0xFFFFFFu, 0, false)]
    [InlineData(2u, 1u, 128_001, true)]
    public void Observe_IsNewer_FollowsRfc7641(uint seen, uint sequence, long later, bool newer) =>
        Assert.Equal(newer, CoapObserve.IsNewer(seen, 0, sequence, later));

    [Theory]
    [InlineData("application/senml+json; charset=utf-8", 110)]
    [InlineData("TEXT/PLAIN", 0)]
    [InlineData("application/unheard-of", null)]
    public void ContentFormat_OfMediaType_IgnoresParametersAndCase(string mediaType, int? format) =>
        Assert.Equal(format, CoapContentFormat.OfMediaType(mediaType));

    private static int Refused(Action<CoapOptions> fill)
    {
        var options = new CoapOptions();
        fill(options);
        return CoapOptionRule.FirstRefused(options, [CoapOptionNumber.UriPath, CoapOptionNumber.Accept, CoapOptionNumber.Block1]);
    }
}
