using System.Text;
using CsCheck;
using M2MCluster.Contracts;
using M2MCluster.Edge.Sms;
using M2MCluster.Protocols.Senml;
using M2MCluster.Protocols.Smpp;

namespace M2MCluster.Edge.Tests.Sms;

public sealed class SmsTextTests
{
    [Theory]
    [InlineData("t=21.5;door=open;on=true", """[{"n":"t","v":21.5},{"n":"door","vs":"open"},{"n":"on","vb":true}]""", null)]
    [InlineData(" a/b = -1e3 ; id=17; ", """[{"n":"a/b","v":-1000}]""", "17")]
    [InlineData("t=NaN", """[{"n":"t","vs":"NaN"}]""", null)]
    [InlineData("Hello, world", null, null)]
    [InlineData("2+2=4", null, null)] // no name of SenML
    [InlineData("t=1;and so on", null, null)]
    [InlineData("t=", null, null)]
    [InlineData("id=17", null, "17")]
    [InlineData("", null, null)]
    public void ReadValues_Texts_AreReadOrNot(string text, string? senml, string? id)
    {
        var records = SmsText.ReadValues(text, out var given);
        Assert.Equal(senml, records is null ? null : Encoding.UTF8.GetString(SenmlJson.Write(records)));
        Assert.Equal(id, given);
    }

    [Theory]
    [InlineData("ok 0123456789abcdef", true, null)]
    [InlineData("OK #0123456789ABCDEF  thank you ", true, "thank you")]
    [InlineData("error 0123456789abcdef jammed", false, "jammed")]
    [InlineData("ok", null, null)]
    [InlineData("ok then", null, null)]
    [InlineData("fine 0123456789abcdef", null, null)]
    public void ReadResult_Texts_AreReadOrNot(string text, bool? ok, string? answer)
    {
        var read = SmsText.ReadResult(text);
        Assert.Equal(ok, read?.Result.Ok);
        if (ok is null) return;
        Assert.Equal(new MessageId(0x0123456789abcdef), read!.Value.Message);
        Assert.Equal(answer, read.Value.Result.Payload is { } payload ? Encoding.UTF8.GetString(payload) : null);
    }

    [Fact]
    public void Read_AnyText_NeverThrows() => Gen.String[0, 200].Sample(text =>
    {
        SmsText.ReadValues(text, out _);
        SmsText.ReadResult(text);
    });

    [Theory]
    [InlineData(1, "4917012345", "", "+4917012345")]
    [InlineData(0, "+4917012345", "", "+4917012345")]
    [InlineData(0, "004917012345", "", "+4917012345")]
    [InlineData(0, "4917012345", "", "+4917012345")]
    [InlineData(2, "017012345", "49", "+4917012345")]
    [InlineData(0, "017012345", "49", "+4917012345")]
    [InlineData(5, "WEATHER", "", null)]
    [InlineData(0, "WEATHER", "", null)]
    [InlineData(1, "", "", null)]
    [InlineData(1, "1234567890123456", "", null)]
    public void Number_AsTheSmscWritesIt_IsRead(byte ton, string value, string countryCode, string? number) =>
        Assert.Equal(number, SmsNumber.Read(new SmppAddress(ton, 1, value), countryCode));

    [Fact]
    public void Options_WithEveryBoundBroken_TellAll()
    {
        var result = new SmsEdgeOptionsValidator().Validate(null, new()
        {
            Port = 70_000, Host = "smsc.example", SystemId = new('x', 16), Password = "123456789", Window = 0, EnquireLink = TimeSpan.Zero, SourceAddress = "a name that is long", CountryCode = "+49",
        });
        foreach (var key in new[] { "Port", "SystemId", "Password", "Window", "EnquireLink", "SourceAddress", "CountryCode", "Host" })
            Assert.Contains(result.Failures!, failure => failure.Contains($"M2M:Edge:Sms:{key}", StringComparison.Ordinal));
        Assert.True(new SmsEdgeOptionsValidator().Validate(null, new()).Succeeded);
    }
}
