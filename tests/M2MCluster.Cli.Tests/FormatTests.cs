using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using M2MCluster.Api.V1;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli.Tests;

public sealed class FormatTests
{
    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("90s", 90)]
    [InlineData("90", 90)]
    [InlineData("1.5h", 5400)]
    [InlineData("7d", 604800)]
    public void TryParse_Duration_Counts(string text, double seconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1s")]
    [InlineData("1w")]
    [InlineData("s")]
    public void TryParse_NoDuration_IsRefused(string text) => Assert.False(Durations.TryParse(text, out _));

    [Fact]
    public void Payload_Binary_IsHexadecimal()
    {
        Assert.Equal("00ff", Format.Payload(ByteString.CopyFrom(0, 0xFF)));
        Assert.Equal("grüß", Format.Payload(ByteString.CopyFromUtf8("grüß")));
        Assert.Equal("07", Format.Payload(ByteString.CopyFrom(7)));
    }

    [Fact]
    public void Name_IdOrFullName_GivesTheFullName()
    {
        Assert.Equal("objects/m1", Format.Name("objects", "m1"));
        Assert.Equal("objects/m1", Format.Name("objects", "objects/m1"));
    }

    [Fact]
    public void Of_Report_ShowsItsValues()
    {
        var happened = new Event
        {
            Id = "1", Type = "m2m.report", Subject = "objects/m1", Time = new Timestamp { Seconds = 0 },
            Data = Value.Parser.ParseJson("""{"contentType":"application/senml+json","senml":[{"n":"temperature","u":"Cel","v":21.5},{"n":"open","vb":true}]}"""),
        };
        Assert.Equal("1970-01-01 00:00:00Z  m1               m2m.report               temperature=21.5 Cel  open=true", EventLine.Of(happened));
    }
}
