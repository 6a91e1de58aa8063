using System.Text;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Messaging;

namespace M2MCluster.Protocols.Tests.Coap;

/// <summary>The layer as the one that is asked, datagram by datagram, with the time handed in.</summary>
public sealed class MessageLayerServerTests
{
    private static readonly CoapTransmission Transmission = new() { AckRandomFactor = 1, RememberedPerPeer = 8, MaxPeers = 4 };

    private readonly RecordedEvents _seen = new();
    private readonly CoapMessageLayer<string> _layer;

    public MessageLayerServerTests() => _layer = new(Transmission, _seen, new Random(1));

    [Fact]
    public void Reply_Confirmable_IsPiggybackedWithTokenAndId()
    {
        _layer.Receive("a", Request(7, "t"), 0);
        _layer.Reply(Assert.Single(_seen.Requests), new CoapMessage(CoapCode.Changed), 10);
        var answer = _seen.LastSent;
        Assert.Equal((CoapType.Acknowledgement, CoapCode.Changed, (ushort)7, "74"), (answer.Type, answer.Code, answer.MessageId, answer.Token.ToString()));
    }

    [Fact]
    public void Receive_DuplicateAfterLostAcknowledgement_GetsTheSameBytesAndNoSecondRequest()
    {
        _layer.Receive("a", Request(7, "t"), 0);
        _layer.Reply(_seen.Requests[0], new CoapMessage(CoapCode.Changed, "x"u8.ToArray()), 10);
        _layer.Receive("a", Request(7, "t"), 2_000);
        Assert.Single(_seen.Requests);
        Assert.Equal(2, _seen.Sent.Count);
        Assert.Equal(_seen.Sent[0], _seen.Sent[1]);
    }

    [Fact]
    public void Receive_SameMessageAfterLater_IsAnotherTry()
    {
        _layer.Receive("a", Request(7, "t"), 0);
        _layer.Reply(_seen.Requests[0], new CoapMessage(CoapCode.ServiceUnavailable), 10);
        _layer.Receive("a", Request(7, "t"), 5_000);
        Assert.Equal(2, _seen.Requests.Count);
        _layer.Reply(_seen.Requests[1], new CoapMessage(CoapCode.Changed), 5_010);
        _layer.Receive("a", Request(7, "t"), 6_000);
        Assert.Equal(2, _seen.Requests.Count);
        Assert.Equal(CoapCode.Changed, _seen.LastSent.Code);
    }

    [Fact]
    public void Receive_DuplicateWhileBeingHandled_IsSilent()
    {
        _layer.Receive("a", Request(7, "t"), 0);
        _layer.Receive("a", Request(7, "t"), 2_000);
        Assert.Single(_seen.Requests);
        Assert.Empty(_seen.Sent);
    }

    [Fact]
    public void Receive_SameIdFromAnotherPeerOrWithOtherBytes_IsAnotherRequest()
    {
        _layer.Receive("a", Request(7, "t"), 0);
        _layer.Receive("b", Request(7, "t"), 0);
        _layer.Receive("a", Request(7, "u"), 1);
        Assert.Equal(3, _seen.Requests.Count);
    }

    [Fact]
    public void Receive_SameIdAfterExchangeLifetime_IsAnotherRequest()
    {
        _layer.Receive("a", Request(7, "t"), 0);
        _layer.Reply(_seen.Requests[0], new CoapMessage(CoapCode.Changed), 0);
        _layer.Receive("a", Request(7, "t"), Transmission.ExchangeLifetime);
        Assert.Single(_seen.Requests);
        _layer.Receive("a", Request(7, "t"), Transmission.ExchangeLifetime + 1);
        Assert.Equal(2, _seen.Requests.Count);
    }

    [Fact]
    public void Acknowledge_LongAnswer_GoesSeparatelyAndIsRetransmittedUntilAcknowledged()
    {
        _layer.Receive("a", Request(7, "t"), 0);
        var incoming = _seen.Requests[0];
        _layer.Acknowledge(incoming);
        Assert.Equal((CoapType.Acknowledgement, CoapCode.Empty, (ushort)7), (_seen.LastSent.Type, _seen.LastSent.Code, _seen.LastSent.MessageId));
        _layer.Reply(incoming, new CoapMessage(CoapCode.Content), 5_000);
        var response = _seen.LastSent;
        Assert.Equal((CoapType.Confirmable, CoapCode.Content, "74"), (response.Type, response.Code, response.Token.ToString()));

        _layer.Advance(6_999);
        Assert.Equal(2, _seen.Sent.Count);
        _layer.Advance(7_000);
        Assert.Equal(3, _seen.Sent.Count);
        _layer.Receive("a", CoapEncoder.EncodeEmpty(CoapType.Acknowledgement, response.MessageId), 7_100);
        _layer.Advance(100_000);
        Assert.Equal(3, _seen.Sent.Count);
        Assert.Empty(_seen.Failures);
        Assert.Null(_layer.NextDue);
    }

    [Fact]
    public void Receive_DuplicateAfterEmptyAcknowledgement_IsAcknowledgedAgain()
    {
        _layer.Receive("a", Request(7, "t"), 0);
        _layer.Acknowledge(_seen.Requests[0]);
        _layer.Receive("a", Request(7, "t"), 2_000);
        Assert.Equal(2, _seen.Sent.Count);
        Assert.Equal(_seen.Sent[0], _seen.Sent[1]);
    }

    [Fact]
    public void Reply_NonConfirmable_IsNonConfirmableAndDuplicatesAreSilent()
    {
        _layer.Receive("a", Request(7, "t", CoapType.NonConfirmable), 0);
        _layer.Acknowledge(_seen.Requests[0]);
        _layer.Reply(_seen.Requests[0], new CoapMessage(CoapCode.Changed), 1);
        Assert.Equal(CoapType.NonConfirmable, _seen.LastSent.Type);
        _layer.Receive("a", Request(7, "t", CoapType.NonConfirmable), 2);
        Assert.Single(_seen.Sent);
        Assert.Single(_seen.Requests);
    }

    [Fact]
    public void Reply_Twice_IsRefused()
    {
        _layer.Receive("a", Request(7, "t"), 0);
        _layer.Reply(_seen.Requests[0], new CoapMessage(CoapCode.Changed), 0);
        Assert.Throws<InvalidOperationException>(() => _layer.Reply(_seen.Requests[0], new CoapMessage(CoapCode.Changed), 0));
    }

    [Fact]
    public void Receive_PingAndMalformedConfirmable_GetReset()
    {
        _layer.Receive("a", CoapEncoder.EncodeEmpty(CoapType.Confirmable, 9), 0);
        Assert.Equal((CoapType.Reset, (ushort)9), (_seen.LastSent.Type, _seen.LastSent.MessageId));
        _layer.Receive("a", Convert.FromHexString("40017d34ff"), 0);
        Assert.Equal((CoapType.Reset, (ushort)0x7d34), (_seen.LastSent.Type, _seen.LastSent.MessageId));
        _layer.Receive("a", Convert.FromHexString("50017d34ff"), 0);
        Assert.Equal(2, _seen.Sent.Count);
        Assert.Equal(0, _layer.PeerCount);
    }

    [Fact]
    public void Receive_MoreExchangesThanRemembered_ForgetsTheOldestOnly()
    {
        for (ushort id = 0; id <= Transmission.RememberedPerPeer; id++)
        {
            _layer.Receive("a", Request(id, "t"), 0);
            _layer.Reply(_seen.Requests[^1], new CoapMessage(CoapCode.Changed), 0);
        }

        var handled = _seen.Requests.Count;
        for (ushort id = 1; id <= Transmission.RememberedPerPeer; id++) _layer.Receive("a", Request(id, "t"), 1);
        Assert.Equal(handled, _seen.Requests.Count);
        _layer.Receive("a", Request(0, "t"), 1);
        Assert.Equal(handled + 1, _seen.Requests.Count);
    }

    [Fact]
    public void Receive_MorePeersThanTheBound_ForgetsTheSilentOne()
    {
        for (var peer = 0; peer < 10; peer++) _layer.Receive($"{peer}", Request(1, "t"), peer);
        Assert.Equal(Transmission.MaxPeers, _layer.PeerCount);
    }

    [Fact]
    public void Advance_SilentPeers_AreForgotten()
    {
        _layer.Receive("a", Request(1, "t"), 0);
        _layer.Advance(Transmission.ExchangeLifetime);
        Assert.Equal(1, _layer.PeerCount);
        _layer.Advance(Transmission.ExchangeLifetime + 1);
        Assert.Equal(0, _layer.PeerCount);
    }

    [Fact]
    public void Send_NotificationThatIsReset_IsTold()
    {
        var notification = new CoapMessage(CoapCode.Content) { Token = new CoapToken("o"u8) };
        notification.Options.Add(CoapOptionNumber.Observe, 5);
        var sent = _layer.Send("a", notification, 0, confirmable: false, context: "observer");
        _layer.Receive("a", CoapEncoder.EncodeEmpty(CoapType.Reset, sent.Message.MessageId), 10);
        Assert.Equal((sent, CoapFailure.Reset), Assert.Single(_seen.Failures));
    }

    private static byte[] Request(ushort id, string token, CoapType type = CoapType.Confirmable)
    {
        var request = new CoapMessage(CoapCode.Post, "p"u8.ToArray()) { Type = type, MessageId = id, Token = new CoapToken(Encoding.ASCII.GetBytes(token)) };
        request.Options.AddPath("/m2m/reports");
        return CoapEncoder.Encode(request);
    }
}
