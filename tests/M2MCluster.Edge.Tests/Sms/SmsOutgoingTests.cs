using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Edge.Sms;
using M2MCluster.Protocols.Gsm0338;
using M2MCluster.Protocols.Smpp;

namespace M2MCluster.Edge.Tests.Sms;

public sealed class SmsOutgoingTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly SmsEdgeOptions Options = new() { SourceAddress = "+4915100", MaxParts = 2 };

    [Fact]
    public void WakeUp_IsAShortTriggerThatWantsAReceipt()
    {
        var trigger = WakeUp.For("o", 7, new(0x0123456789abcdef), Now.AddMinutes(90));
        var message = Assert.Single(SmsOutgoing.Of("+4917", trigger, Options, 1, Now)!);
        Assert.Equal("57414B450123456789ABCDEF", Convert.ToHexString(message.ShortMessage.Span));
        Assert.Equal((4, 1, "000000013000000R"), (message.DataCoding, message.RegisteredDelivery, message.ValidityPeriod));
        Assert.Equal(7u, message.FindNumber(SmppTag.UserMessageReference));
        Assert.Equal(new SmppAddress(1, 1, "4917"), message.Destination);
    }

    [Theory]
    [InlineData("text/plain", "Größe", 0, "Größe")]
    [InlineData("text/plain; charset=utf-8", "Жар", 8, "Жар")]
    [InlineData("application/senml+json", "[{}]", 0, "[{}]")]
    public void Texts_AreSentAsTheyAre(string contentType, string text, byte coding, string expected)
    {
        var message = Assert.Single(Parts(contentType, Encoding.UTF8.GetBytes(text))!);
        Assert.Equal((coding, 1), (message.DataCoding, message.RegisteredDelivery));
        Assert.Equal(expected, SmsCoding.Decode(message.ShortMessage.Span, SmsCoding.AlphabetOf(coding, out _)!.Value));
    }

    [Fact]
    public void Data_AndTextThatIsNone_AreOctets()
    {
        Assert.Equal(4, Assert.Single(Parts("application/senml+cbor", [0x80])!).DataCoding);
        Assert.Equal(4, Assert.Single(Parts("text/plain", [0xFF])!).DataCoding);
    }

    [Fact]
    public void Applied_TellsTheIdToAnswer() =>
        Assert.EndsWith("\n#0000000000000007", GsmAlphabet.Decode(Assert.Single(Parts("text/plain", "x"u8.ToArray(), Confirmation.Applied)!).ShortMessage.Span), StringComparison.Ordinal);

    [Fact]
    public void Long_IsSplitUpToTheBound()
    {
        var parts = Parts("text/plain", Encoding.UTF8.GetBytes(new string('x', 306)))!;
        Assert.Equal(2, parts.Count);
        Assert.All(parts, part => Assert.True(part.HasUserDataHeader));
        Assert.Null(Parts("text/plain", Encoding.UTF8.GetBytes(new string('x', 307))));
    }

    [Fact]
    public void Parts_AllCarryWhatNamesTheirAttempt() =>
        Assert.All(Parts("text/plain", Encoding.UTF8.GetBytes(new string('x', 306)))!, part => Assert.Equal(5u, part.FindNumber(SmppTag.UserMessageReference)));

    [Theory]
    [InlineData(0, "000000000001000R")]
    [InlineData(93_784, "000001020304000R")]
    [InlineData(86_400 * 365, "000030000000000R")]
    public void Validity_IsWhatIsLeft(int seconds, string expected)
    {
        var waiting = new WaitingMessage(new(7), "text/plain", [0x41], 0, Now.AddSeconds(seconds), Confirmation.Delivered);
        Assert.Equal(expected, Assert.Single(SmsOutgoing.Of("+4917", new("o", 5, waiting), Options, 1, Now)!).ValidityPeriod);
    }

    private static IReadOnlyList<SmppShortMessage>? Parts(string contentType, byte[] payload, Confirmation confirmation = Confirmation.Delivered) =>
        SmsOutgoing.Of("+4917", new("o", 5, new(new MessageId(7), contentType, payload, 0, Now.AddHours(1), confirmation)), Options, 1, Now);
}
