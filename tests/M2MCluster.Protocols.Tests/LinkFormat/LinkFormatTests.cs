using System.Text;
using CsCheck;
using M2MCluster.Protocols.LinkFormat;

namespace M2MCluster.Protocols.Tests.LinkFormat;

public sealed class LinkFormatTests
{
    [Fact]
    public void Read_ExampleOfRfc6690_HasItsLinksAndAttributes()
    {
        var links = Read("</sensors>;ct=40;title=\"Sensor Index\",</sensors/temp>;rt=\"temperature-c\";if=\"sensor\",<http://www.example.com/sensors/t123>;anchor=\"/sensors/temp\";rel=\"describedby\",</t>;obs");
        Assert.Equal(["/sensors", "/sensors/temp", "http://www.example.com/sensors/t123", "/t"], links.Select(l => l.Target));
        Assert.Equal("40", links[0]["ct"]);
        Assert.Equal("Sensor Index", links[0]["title"]);
        Assert.Equal("sensor", links[1]["if"]);
        Assert.Equal(string.Empty, links[3]["obs"]);
        Assert.Null(links[3]["rt"]);
    }

    [Theory]
    [InlineData("href=/sensors/temp", true)]
    [InlineData("href=/sensors*", true)]
    [InlineData("href=/sensors", false)]
    [InlineData("rt=light-lux", true)]
    [InlineData("rt=light*", true)]
    [InlineData("rt=lux", false)]
    [InlineData("ct=0", true)]
    [InlineData("title=Two words", true)]
    [InlineData("title=Two", false)]
    [InlineData("obs", true)]
    [InlineData("anchor", false)]
    [InlineData("if=*", false)]
    public void Filter_OfRfc6690_MatchesByTargetAttributeAndBeginning(string query, bool matches) =>
        Assert.Equal(matches, LinkFilter.Matches(Read("</sensors/temp>;rt=\"temperature-c light-lux\";ct=\"0 50\";title=\"Two words\";obs")[0], query));

    [Fact]
    public void Read_EmptyText_HasNoLinks() => Assert.Empty(Read(string.Empty));

    [Fact]
    public void Read_CommaAndSemicolonInQuotes_BelongToTheValue() => Assert.Equal("a,b;c\"d\\", Read("</x>;title=\"a,b;c\\\"d\\\\\"")[0]["title"]);

    [Theory]
    [InlineData("x")]
    [InlineData("<x")]
    [InlineData("<x>,")]
    [InlineData("<x>;")]
    [InlineData("<x>;=1")]
    [InlineData("<x>;a=")]
    [InlineData("<x>;a=\"b")]
    [InlineData("<x>;a=\"b\\")]
    [InlineData("<x> <y>")]
    public void Read_Malformed_TellsWhy(string text)
    {
        var links = LinkFormatReader.Read(Encoding.UTF8.GetBytes(text));
        Assert.False(links.IsOk);
        Assert.NotEmpty(links.Reason);
    }

    [Fact]
    public void Read_NotUtf8_IsInvalid() => Assert.False(LinkFormatReader.Read(new byte[] { (byte)'<', 0xFF, (byte)'>' }).IsOk);

    [Fact]
    public void Read_MoreLinksThanTheBound_IsInvalid() => Assert.False(LinkFormatReader.Read("<a>,<b>,<c>"u8, maxLinks: 2).IsOk);

    [Fact]
    public void Write_AnyLinks_AreReadBackTheSame()
    {
        var attribute = Gen.Select(Gen.OneOf("rt", "ct", "obs", "title", "sz"), Gen.String[Gen.Char[' ', '~'], 0, 20]).Select((n, v) => new LinkAttribute(n, v));
        var link = Gen.Select(Gen.OneOf("/a", "/b/c", "coap://h/x"), attribute.Array[0, 5]).Select((t, a) => new Link(t, a));
        link.Array[0, 6].Sample(links =>
        {
            var text = LinkFormatWriter.Write(links);
            var read = Read(text);
            Assert.Equal(links.Select(l => l.Target), read.Select(l => l.Target));
            Assert.Equal(links.SelectMany(l => l.Attributes), read.SelectMany(l => l.Attributes));
            Assert.Equal(text, LinkFormatWriter.Write(read));
        });
    }

    [Fact]
    public void Read_RandomBytes_NeverThrows() =>
        Gen.Byte.Array[0, 300].Sample(bytes => Assert.Equal(LinkFormatReader.Read(bytes).IsOk, LinkFormatReader.Read(bytes).Reason is null));

    [Fact]
    public void Read_RandomPunctuation_NeverThrows() =>
        Gen.String[Gen.OneOf('<', '>', ';', ',', '=', '"', '\\', 'a', ' '), 0, 40].Sample(text => _ = LinkFormatReader.Read(Encoding.UTF8.GetBytes(text)));

    private static IReadOnlyList<Link> Read(string text)
    {
        var links = LinkFormatReader.Read(Encoding.UTF8.GetBytes(text));
        Assert.True(links.IsOk, links.Reason);
        return links.Value!;
    }
}
