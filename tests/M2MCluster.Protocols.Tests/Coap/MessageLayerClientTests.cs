using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Messaging;

namespace M2MCluster.Protocols.Tests.Coap;

/// <summary>The layer as the one that asks, datagram by datagram, with the time handed in.</summary>
public sealed class MessageLayerClientTests
{
    private static readonly CoapTransmission Transmission = new() { AckRandomFactor = 1, QueuePerPeer = 2 };

    private readonly RecordedEvents _seen = new();
    private readonly CoapMessageLayer<string> _layer;

    public MessageLayerClientTests() => _layer = new(Transmission, _seen, new Random(1));

    [Fact]
    public void Send_Request_GetsAnUnguessableToken()
    {
        var first = _layer.Send("a", new CoapMessage(CoapCode.Get), 0);
        var second = _layer.Send("b", new CoapMessage(CoapCode.Get), 0);
        Assert.Equal(8, first.Message.Token.Length);
        Assert.NotEqual(first.Message.Token, second.Message.Token);
    }

    [Fact]
    public void Receive_PiggybackedResponse_EndsTheExchange()
    {
        var sent = _layer.Send("a", new CoapMessage(CoapCode.Get), 0);
        _layer.Receive("a", Answer(sent, CoapType.Acknowledgement, sent.Message.MessageId), 10);
        Assert.Equal(CoapCode.Content, Assert.Single(_seen.Responses).Response.Code);
        _layer.Advance(1_000_000);
        Assert.Single(_seen.Sent);
        Assert.Empty(_seen.Failures);
    }

    [Fact]
    public void Advance_NoAcknowledgement_RetransmitsWithDoubledPausesThenGivesUp()
    {
        _layer.Send("a", new CoapMessage(CoapCode.Get), 0);
        List<long> transmissions = [0];
        for (long now = 1; now <= 100_000; now++)
        {
            var before = _seen.Sent.Count;
            _layer.Advance(now);
            if (_seen.Sent.Count > before) transmissions.Add(now);
        }

        Assert.Equal([0, 2_000, 6_000, 14_000, 30_000], transmissions);
        Assert.All(_seen.Sent, datagram => Assert.Equal(_seen.Sent[0], datagram));
        Assert.Equal(CoapFailure.NotAcknowledged, Assert.Single(_seen.Failures).Failure);
    }

    [Fact]
    public void Advance_RandomFactor_SpreadsTheFirstPause()
    {
        var pauses = new HashSet<long>();
        for (var seed = 0; seed < 50; seed++)
        {
            var layer = new CoapMessageLayer<string>(new CoapTransmission(), _seen, new Random(seed));
            layer.Send("a", new CoapMessage(CoapCode.Get), 0);
            pauses.Add(layer.NextDue!.Value);
        }

        Assert.All(pauses, pause => Assert.InRange(pause, 2_000, 3_000));
        Assert.True(pauses.Count > 10);
    }

    [Fact]
    public void Receive_SeparateResponse_IsAcknowledgedAndItsDuplicateToo()
    {
        var sent = _layer.Send("a", new CoapMessage(CoapCode.Get), 0);
        _layer.Receive("a", CoapEncoder.EncodeEmpty(CoapType.Acknowledgement, sent.Message.MessageId), 10);
        _layer.Advance(60_000);
        Assert.Single(_seen.Sent);

        var response = Answer(sent, CoapType.Confirmable, 99);
        _layer.Receive("a", response, 61_000);
        _layer.Receive("a", response, 63_000);
        Assert.Single(_seen.Responses);
        Assert.Equal(3, _seen.Sent.Count);
        Assert.Equal(_seen.Sent[1], _seen.Sent[2]);
        Assert.Equal((CoapType.Acknowledgement, CoapCode.Empty, (ushort)99), (_seen.LastSent.Type, _seen.LastSent.Code, _seen.LastSent.MessageId));
    }

    [Fact]
    public void Receive_SeparateResponseBeforeTheAcknowledgement_EndsTheExchange()
    {
        var sent = _layer.Send("a", new CoapMessage(CoapCode.Get), 0);
        _layer.Receive("a", Answer(sent, CoapType.Confirmable, 99), 10);
        _layer.Receive("a", CoapEncoder.EncodeEmpty(CoapType.Acknowledgement, sent.Message.MessageId), 20);
        _layer.Advance(1_000_000);
        Assert.Single(_seen.Responses);
        Assert.Empty(_seen.Failures);
        Assert.Equal(2, _seen.Sent.Count);
    }

    [Fact]
    public void Advance_AcknowledgedButNoResponse_IsToldAsSuch()
    {
        var sent = _layer.Send("a", new CoapMessage(CoapCode.Get), 0, responseTimeout: 5_000);
        _layer.Receive("a", CoapEncoder.EncodeEmpty(CoapType.Acknowledgement, sent.Message.MessageId), 10);
        _layer.Advance(5_010);
        Assert.Equal((sent, CoapFailure.NoResponse), Assert.Single(_seen.Failures));
    }

    [Fact]
    public void Receive_ResponseThatNobodyAwaits_IsReset()
    {
        var stray = new CoapMessage(CoapCode.Content) { Type = CoapType.Confirmable, MessageId = 5, Token = new CoapToken("x"u8) };
        _layer.Receive("a", CoapEncoder.Encode(stray), 0);
        Assert.Equal((CoapType.Reset, (ushort)5), (_seen.LastSent.Type, _seen.LastSent.MessageId));
    }

    [Fact]
    public void Receive_ResponseFromAnotherPeerOrWithAnotherToken_IsNotTaken()
    {
        var sent = _layer.Send("a", new CoapMessage(CoapCode.Get), 0);
        _layer.Receive("b", Answer(sent, CoapType.Acknowledgement, sent.Message.MessageId), 1);
        var forged = new CoapMessage(CoapCode.Content) { Type = CoapType.Acknowledgement, MessageId = sent.Message.MessageId, Token = new CoapToken("x"u8) };
        _layer.Receive("a", CoapEncoder.Encode(forged), 2);
        Assert.Empty(_seen.Responses);
        _layer.Receive("a", Answer(sent, CoapType.Acknowledgement, sent.Message.MessageId), 3);
        Assert.Single(_seen.Responses);
    }

    [Fact]
    public void Receive_Reset_FailsTheExchange()
    {
        var sent = _layer.Send("a", new CoapMessage(CoapCode.Get), 0);
        _layer.Receive("a", CoapEncoder.EncodeEmpty(CoapType.Reset, sent.Message.MessageId), 1);
        Assert.Equal((sent, CoapFailure.Reset), Assert.Single(_seen.Failures));
    }

    [Fact]
    public void Send_HigherPriority_LeavesFirstAndTakesTheLastsPlace()
    {
        var sent = new[] { 0, 0, 3, 7, 3 }.Select((priority, i) => _layer.Send("a", new CoapMessage(CoapCode.Get), 0, context: i, priority: priority)).ToList();
        Assert.Equal([1, 4], _seen.Failures.Select(failed => (int)failed.Of.Context!));
        var order = new List<int>();
        for (var under = sent[0]; under is not null; under = sent.Find(one => one.State == CoapOutgoingState.AwaitsAcknowledgement))
        {
            order.Add((int)under.Context!);
            _layer.Receive("a", Answer(under, CoapType.Acknowledgement, under.Message.MessageId), 10);
        }

        Assert.Equal([0, 3, 2], order);
    }

    [Fact]
    public void Send_BeyondNStart_WaitsItsTurnAndBeyondTheQueueIsRefused()
    {
        var first = _layer.Send("a", new CoapMessage(CoapCode.Get), 0);
        var second = _layer.Send("a", new CoapMessage(CoapCode.Get), 0);
        _layer.Send("a", new CoapMessage(CoapCode.Get), 0);
        var fourth = _layer.Send("a", new CoapMessage(CoapCode.Get), 0);
        Assert.Single(_seen.Sent);
        Assert.Equal((fourth, CoapFailure.Refused), Assert.Single(_seen.Failures));

        _layer.Receive("a", CoapEncoder.EncodeEmpty(CoapType.Acknowledgement, first.Message.MessageId), 1);
        Assert.Equal(2, _seen.Sent.Count);
        Assert.Equal(second.Message.MessageId, _seen.LastSent.MessageId);
        Assert.NotEqual(first.Message.MessageId, second.Message.MessageId);
    }

    [Fact]
    public void Receive_Notifications_AllComeUntilCancelledThenReset()
    {
        var request = new CoapMessage(CoapCode.Get);
        request.Options.Add(CoapOptionNumber.Observe, CoapObserve.Register);
        var sent = _layer.Send("a", request, 0);
        _layer.Receive("a", Answer(sent, CoapType.Acknowledgement, sent.Message.MessageId, observe: 1), 10);
        _layer.Receive("a", Answer(sent, CoapType.NonConfirmable, 50, observe: 2), 200_000);
        _layer.Receive("a", Answer(sent, CoapType.Confirmable, 51, observe: 3), 500_000);
        Assert.Equal([1u, 2u, 3u], _seen.Responses.Select(r => r.Response.Options.Observe!.Value));
        _layer.Advance(1_000_000);
        Assert.Empty(_seen.Failures);

        _layer.Cancel(sent, 1_000_000);
        _layer.Receive("a", Answer(sent, CoapType.Confirmable, 52, observe: 4), 1_000_001);
        Assert.Equal(3, _seen.Responses.Count);
        Assert.Equal((CoapType.Reset, (ushort)52), (_seen.LastSent.Type, _seen.LastSent.MessageId));
    }

    [Fact]
    public void Forget_Peer_CancelsWhatIsUnderWay()
    {
        _layer.Send("a", new CoapMessage(CoapCode.Get), 0);
        _layer.Send("a", new CoapMessage(CoapCode.Get), 0);
        _layer.Forget("a");
        Assert.Equal([CoapFailure.Cancelled, CoapFailure.Cancelled], _seen.Failures.Select(f => f.Failure));
        _layer.Advance(1_000_000);
        Assert.Single(_seen.Sent);
    }

    private static byte[] Answer(CoapOutgoing<string> sent, CoapType type, ushort id, uint? observe = null)
    {
        var response = new CoapMessage(CoapCode.Content, "r"u8.ToArray()) { Type = type, MessageId = id, Token = sent.Message.Token };
        if (observe is { } sequence) response.Options.Add(CoapOptionNumber.Observe, sequence);
        return CoapEncoder.Encode(response);
    }
}
