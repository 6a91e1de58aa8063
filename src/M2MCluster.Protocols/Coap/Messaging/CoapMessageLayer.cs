using System.Security.Cryptography;

namespace M2MCluster.Protocols.Coap.Messaging;

/// <summary>
/// The message layer of CoAP over UDP (RFC 7252 section 4) for many peers, without sockets and clocks: the owner hands in datagrams and
/// the time (milliseconds of one monotonic clock), and is told through <see cref="ICoapLayerEvents{TPeer}"/> what to send and what came.
/// It retransmits, detects duplicates and answers them from memory, keeps to NSTART, and matches acknowledgements, resets and responses.
/// Not thread-safe: the owner calls it from one thread at a time.
/// </summary>
public sealed class CoapMessageLayer<TPeer>
    where TPeer : notnull
{
    // The peer asked and waits; nothing that the owner sends by itself goes first.
    private const int AnswerPriority = int.MaxValue;

    private readonly CoapTransmission _transmission;
    private readonly ICoapLayerEvents<TPeer> _events;
    private readonly CoapPeers<TPeer> _peers;
    private readonly CoapSending<TPeer> _sending;

    /// <param name="transmission">Parameters and bounds.</param>
    /// <param name="events">Who is told.</param>
    /// <param name="random">For message ids and the spread of retransmissions; tests hand in a seeded one.</param>
    public CoapMessageLayer(CoapTransmission transmission, ICoapLayerEvents<TPeer> events, Random? random = null)
    {
        _transmission = transmission;
        _events = events;
        random ??= Random.Shared;
        _peers = new(transmission.MaxPeers, random, Forgotten);
        _sending = new(transmission, events, random);
    }

    /// <summary>Peers of which something is remembered.</summary>
    public int PeerCount => _peers.Count;

    /// <summary>When <see cref="Advance"/> has something to send or to give up; null where nothing is under way.</summary>
    public long? NextDue => _sending.NextDue;

    /// <summary>Takes one datagram in.</summary>
    /// <param name="peer">Where it came from.</param>
    /// <param name="datagram">Its bytes; a request handed on refers to them.</param>
    /// <param name="now">The time.</param>
    public void Receive(TPeer peer, ReadOnlyMemory<byte> datagram, long now) =>
        Receive(peer, CoapDecoder.Decode(datagram, out var message, out _), message, datagram, now);

    /// <summary>Takes one datagram in that the owner has decoded already.</summary>
    public void Receive(TPeer peer, CoapDecodeStatus status, CoapMessage message, ReadOnlyMemory<byte> datagram, long now)
    {
        ArgumentNullException.ThrowIfNull(message);
        switch (status)
        {
            case CoapDecodeStatus.Ok when message.Type == CoapType.Reset:
                TakeReset(peer, message.MessageId, now);
                break;
            case CoapDecodeStatus.Ok when message.Type == CoapType.Acknowledgement:
                TakeAcknowledgement(peer, message, now);
                break;
            case CoapDecodeStatus.Ok when message.Code.IsRequest:
                TakeRequest(peer, message, datagram, now);
                break;
            case CoapDecodeStatus.Ok when message.Code.IsResponse:
                TakeResponse(peer, message, datagram, now);
                break;
            case CoapDecodeStatus.Ok or CoapDecodeStatus.Malformed when message.Type == CoapType.Confirmable:
                Transmit(peer, CoapType.Reset, message.MessageId);
                break;
        }
    }

    /// <summary>
    /// Answers a request: in the acknowledgement, or as a message of its own where <see cref="Acknowledge"/> came first or the request was
    /// non-confirmable. Type, id and token of the response are set here.
    /// </summary>
    /// <exception cref="InvalidOperationException">The request has been answered.</exception>
    public void Reply(CoapIncoming<TPeer> incoming, CoapMessage response, long now)
    {
        ArgumentNullException.ThrowIfNull(incoming);
        ArgumentNullException.ThrowIfNull(response);
        var request = incoming.Request ?? throw new InvalidOperationException("The request has been answered.");
        incoming.Request = null;
        incoming.IsOpenAgain = response.Code == CoapCode.ServiceUnavailable || response.Code == CoapCode.TooManyRequests;
        response.Token = request.Token;
        if (!incoming.IsConfirmable)
        {
            response.Type = CoapType.NonConfirmable;
            response.MessageId = _peers.Touch(incoming.Peer, now).NextMessageId();
            _events.Transmit(incoming.Peer, CoapEncoder.Encode(response));
        }
        else if (incoming.IsAcknowledged)
        {
            Send(incoming.Peer, response, now, priority: AnswerPriority);
        }
        else
        {
            response.Type = CoapType.Acknowledgement;
            response.MessageId = incoming.MessageId;
            incoming.Answer = CoapEncoder.Encode(response);
            _events.Transmit(incoming.Peer, incoming.Answer);
        }
    }

    /// <summary>Promises an answer by an empty acknowledgement, once, so that the peer stops retransmitting; nothing for a non-confirmable request.</summary>
    public void Acknowledge(CoapIncoming<TPeer> incoming)
    {
        ArgumentNullException.ThrowIfNull(incoming);
        if (!incoming.IsConfirmable || incoming.IsAcknowledged || incoming.Request is null) return;
        incoming.IsAcknowledged = true;
        incoming.Answer = CoapEncoder.EncodeEmpty(CoapType.Acknowledgement, incoming.MessageId);
        _events.Transmit(incoming.Peer, incoming.Answer);
    }

    /// <summary>Ends a request whose sender wants no response (RFC 7967): a confirmable one is acknowledged.</summary>
    public void Dismiss(CoapIncoming<TPeer> incoming)
    {
        ArgumentNullException.ThrowIfNull(incoming);
        Acknowledge(incoming);
        incoming.Request = null;
    }

    /// <summary>
    /// Sends a request, a notification or another message of its own. A request without a token gets a random one. Its end is told
    /// by exactly one of ResponseReceived (without Observe), Acknowledged (confirmable, no request) and Failed; a non-confirmable message
    /// that is no request has no end but a Reset.
    /// </summary>
    /// <param name="peer">Where to.</param>
    /// <param name="message">The message; type and id are set here.</param>
    /// <param name="now">The time.</param>
    /// <param name="confirmable">Whether to retransmit until acknowledged.</param>
    /// <param name="context">Handed back in events.</param>
    /// <param name="responseTimeout">Milliseconds; default <see cref="CoapTransmission.ResponseTimeout"/>.</param>
    /// <param name="priority">What is higher leaves first where several wait for NSTART, and where the queue is full, the lowest and last gives way to it.</param>
    public CoapOutgoing<TPeer> Send(
        TPeer peer, CoapMessage message, long now, bool confirmable = true, object? context = null, long? responseTimeout = null, int priority = 0)
    {
        ArgumentNullException.ThrowIfNull(message);
        message.Type = confirmable ? CoapType.Confirmable : CoapType.NonConfirmable;
        if (message.Code.IsRequest && message.Token.Length == 0) message.Token = NewToken(_transmission.TokenLength);
        var outgoing = new CoapOutgoing<TPeer>(peer, message, context, responseTimeout ?? _transmission.ResponseTimeout, priority);
        _sending.Send(_peers.Touch(peer, now), outgoing, now);
        return outgoing;
    }

    /// <summary>Gives up a message, without an event. A response or notification that comes later is answered with Reset.</summary>
    public void Cancel(CoapOutgoing<TPeer> outgoing, long now)
    {
        ArgumentNullException.ThrowIfNull(outgoing);
        if (outgoing.State != CoapOutgoingState.Done && _peers.Find(outgoing.Peer) is { } state) _sending.Finish(state, outgoing, now);
    }

    /// <summary>Gives up everything that was to be sent to a peer, without an event; what came from it is known still.</summary>
    public void Withdraw(TPeer peer)
    {
        if (_peers.Find(peer) is { } state) CoapSending<TPeer>.EndAll(state);
    }

    /// <summary>Retransmits, gives up and forgets what is due. Costs nothing where nothing is.</summary>
    public void Advance(long now)
    {
        _sending.Advance(_peers, now);
        _peers.ForgetSilent(now - _transmission.ExchangeLifetime);
    }

    /// <summary>Drops all that is known of a peer; what was under way fails as <see cref="CoapFailure.Cancelled"/>.</summary>
    public void Forget(TPeer peer) => _peers.Forget(peer);

    private void Forgotten(CoapPeerState<TPeer> state)
    {
        foreach (var outgoing in CoapSending<TPeer>.EndAll(state)) _events.Failed(outgoing, CoapFailure.Cancelled);
    }

    private void TakeRequest(TPeer peer, CoapMessage request, ReadOnlyMemory<byte> datagram, long now)
    {
        var state = _peers.Touch(peer, now);
        var fingerprint = Fingerprint(datagram.Span);
        var notBefore = now - (request.Type == CoapType.Confirmable ? _transmission.ExchangeLifetime : _transmission.NonLifetime);
        if (state.Find(request.MessageId, fingerprint, notBefore) is { } known)
        {
            if (known.Answer is not null) _events.Transmit(peer, known.Answer);
            return;
        }

        var incoming = new CoapIncoming<TPeer>(peer, request, fingerprint, now);
        state.Remember(incoming, _transmission.RememberedPerPeer, notBefore);
        _events.RequestReceived(incoming);
    }

    private void TakeResponse(TPeer peer, CoapMessage response, ReadOnlyMemory<byte> datagram, long now)
    {
        var outgoing = _peers.Find(peer)?.FindByToken(response.Token);
        var fingerprint = Fingerprint(datagram.Span);
        var notBefore = now - _transmission.ExchangeLifetime;
        if (_peers.Find(peer)?.Find(response.MessageId, fingerprint, notBefore) is { } known)
        {
            if (known.Answer is not null) _events.Transmit(peer, known.Answer);
            return;
        }

        if (outgoing is null)
        {
            Transmit(peer, CoapType.Reset, response.MessageId);
            return;
        }

        var state = _peers.Touch(peer, now);
        var incoming = new CoapIncoming<TPeer>(peer, response, fingerprint, now) { Request = null };
        state.Remember(incoming, _transmission.RememberedPerPeer, notBefore);
        if (response.Type == CoapType.Confirmable)
        {
            incoming.Answer = CoapEncoder.EncodeEmpty(CoapType.Acknowledgement, response.MessageId);
            _events.Transmit(peer, incoming.Answer);
        }

        if (_events.Awaits(outgoing, response)) Complete(state, outgoing, response, now);
    }

    private void TakeAcknowledgement(TPeer peer, CoapMessage message, long now)
    {
        var outgoing = _peers.Find(peer)?.FindById(message.MessageId, CoapOutgoingState.AwaitsAcknowledgement);
        if (outgoing is null) return;
        var state = _peers.Touch(peer, now);
        if (message.Code.IsResponse)
        {
            if (message.Token == outgoing.Message.Token && outgoing.Message.Code.IsRequest) Complete(state, outgoing, message, now);
        }
        else if (message.Code.IsEmpty && outgoing.Message.Code.IsRequest)
        {
            _sending.AwaitResponse(state, outgoing, now);
        }
        else if (message.Code.IsEmpty)
        {
            _sending.Finish(state, outgoing, now);
            _events.Acknowledged(outgoing);
        }
    }

    private void TakeReset(TPeer peer, ushort messageId, long now)
    {
        var outgoing = _peers.Find(peer)?.FindById(messageId, null);
        if (outgoing is null) return;
        _sending.Finish(_peers.Touch(peer, now), outgoing, now);
        _events.Failed(outgoing, CoapFailure.Reset);
    }

    private void Complete(CoapPeerState<TPeer> state, CoapOutgoing<TPeer> outgoing, CoapMessage response, long now)
    {
        if (outgoing.Message.Options.Observe == CoapObserve.Register && response.Code.IsSuccess && response.Options.Observe is not null) _sending.Observe(state, outgoing, now);
        else _sending.Finish(state, outgoing, now);
        _events.ResponseReceived(outgoing, response);
    }

    private void Transmit(TPeer peer, CoapType type, ushort messageId) => _events.Transmit(peer, CoapEncoder.EncodeEmpty(type, messageId));

    private static CoapToken NewToken(int length)
    {
        Span<byte> bytes = stackalloc byte[Math.Clamp(length, 1, CoapToken.MaxLength)];
        RandomNumberGenerator.Fill(bytes);
        return new CoapToken(bytes);
    }

    private static int Fingerprint(ReadOnlySpan<byte> datagram)
    {
        var hash = new HashCode();
        hash.AddBytes(datagram);
        return hash.ToHashCode();
    }
}
