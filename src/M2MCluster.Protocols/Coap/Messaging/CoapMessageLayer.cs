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
    private const int MaxAwaitingReset = 8;

    // The peer asked and waits; nothing that the owner sends by itself goes first.
    private const int AnswerPriority = int.MaxValue;

    private readonly CoapTransmission _transmission;
    private readonly ICoapLayerEvents<TPeer> _events;
    private readonly Random _random;
    private readonly Dictionary<TPeer, LinkedListNode<CoapPeerState<TPeer>>> _peers = [];
    private readonly LinkedList<CoapPeerState<TPeer>> _bySilence = new();
    private readonly PriorityQueue<CoapOutgoing<TPeer>, long> _due = new();

    /// <param name="transmission">Parameters and bounds.</param>
    /// <param name="events">Who is told.</param>
    /// <param name="random">For message ids and the spread of retransmissions; tests hand in a seeded one.</param>
    public CoapMessageLayer(CoapTransmission transmission, ICoapLayerEvents<TPeer> events, Random? random = null)
    {
        _transmission = transmission;
        _events = events;
        _random = random ?? Random.Shared;
    }

    /// <summary>Peers of which something is remembered.</summary>
    public int PeerCount => _peers.Count;

    /// <summary>When <see cref="Advance"/> has something to send or to give up; null where nothing is under way.</summary>
    public long? NextDue => _due.TryPeek(out _, out var due) ? due : null;

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
            response.MessageId = Touch(incoming.Peer, now).NextMessageId();
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
    /// Sends a request, a notification or another message of its own. A request without a token gets one of 8 random bytes. Its end is told
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
        var state = Touch(peer, now);
        message.Type = confirmable ? CoapType.Confirmable : CoapType.NonConfirmable;
        if (message.Code.IsRequest && message.Token.Length == 0) message.Token = NewToken();
        var outgoing = new CoapOutgoing<TPeer>(peer, message, context, responseTimeout ?? _transmission.ResponseTimeout, priority);
        if (!confirmable || state.CountAwaitingAcknowledgement() < _transmission.NStart)
        {
            Start(state, outgoing, now);
        }
        else if (state.Queued.Count < _transmission.QueuePerPeer)
        {
            state.Queued.Add(outgoing);
        }
        else
        {
            var refused = state.Queued.TakeLastBelow(priority);
            if (refused is not null) state.Queued.Add(outgoing);
            refused ??= outgoing;
            var told = refused.State != CoapOutgoingState.Done;
            refused.State = CoapOutgoingState.Done;
            if (told) _events.Failed(refused, CoapFailure.Refused);
        }

        return outgoing;
    }

    /// <summary>Gives up a message, without an event. A response or notification that comes later is answered with Reset.</summary>
    public void Cancel(CoapOutgoing<TPeer> outgoing, long now)
    {
        ArgumentNullException.ThrowIfNull(outgoing);
        if (outgoing.State == CoapOutgoingState.Done || !_peers.TryGetValue(outgoing.Peer, out var node)) return;
        Finish(node.Value, outgoing, now);
    }

    /// <summary>Gives up everything that was to be sent to a peer, without an event; what came from it is known still.</summary>
    public void Withdraw(TPeer peer)
    {
        if (!_peers.TryGetValue(peer, out var node)) return;
        foreach (var outgoing in (CoapOutgoing<TPeer>[])[.. node.Value.Outstanding, .. node.Value.Queued.InOrder])
        {
            outgoing.State = CoapOutgoingState.Done;
            outgoing.Due = long.MinValue;
        }

        node.Value.Outstanding.Clear();
        while (node.Value.Queued.Take() is not null) { }
    }

    /// <summary>Retransmits, gives up and forgets what is due. Costs nothing where nothing is.</summary>
    public void Advance(long now)
    {
        while (_due.TryPeek(out var outgoing, out var due) && due <= now)
        {
            _due.Dequeue();
            if (outgoing.Due == due && _peers.TryGetValue(outgoing.Peer, out var node)) Expire(node.Value, outgoing, now);
        }

        while (_bySilence.First is { Value: { Outstanding.Count: 0, Queued.Count: 0 } silent } && silent.LastSeen + _transmission.ExchangeLifetime < now)
        {
            Forget(silent.Peer);
        }
    }

    /// <summary>Drops all that is known of a peer; what was under way fails as <see cref="CoapFailure.Cancelled"/>.</summary>
    public void Forget(TPeer peer)
    {
        if (!_peers.Remove(peer, out var node)) return;
        _bySilence.Remove(node);
        foreach (var outgoing in (CoapOutgoing<TPeer>[])[.. node.Value.Outstanding, .. node.Value.Queued.InOrder])
        {
            var told = outgoing.State != CoapOutgoingState.AwaitsReset;
            outgoing.State = CoapOutgoingState.Done;
            outgoing.Due = long.MinValue;
            if (told) _events.Failed(outgoing, CoapFailure.Cancelled);
        }
    }

    private void TakeRequest(TPeer peer, CoapMessage request, ReadOnlyMemory<byte> datagram, long now)
    {
        var state = Touch(peer, now);
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
        var outgoing = FindByToken(peer, response.Token);
        var fingerprint = Fingerprint(datagram.Span);
        var notBefore = now - _transmission.ExchangeLifetime;
        if (_peers.TryGetValue(peer, out var node) && node.Value.Find(response.MessageId, fingerprint, notBefore) is { } known)
        {
            if (known.Answer is not null) _events.Transmit(peer, known.Answer);
            return;
        }

        if (outgoing is null)
        {
            Transmit(peer, CoapType.Reset, response.MessageId);
            return;
        }

        var state = Touch(peer, now);
        var incoming = new CoapIncoming<TPeer>(peer, response, fingerprint, now) { Request = null };
        state.Remember(incoming, _transmission.RememberedPerPeer, notBefore);
        if (response.Type == CoapType.Confirmable)
        {
            incoming.Answer = CoapEncoder.EncodeEmpty(CoapType.Acknowledgement, response.MessageId);
            _events.Transmit(peer, incoming.Answer);
        }

        Complete(state, outgoing, response, now);
    }

    private void TakeAcknowledgement(TPeer peer, CoapMessage message, long now)
    {
        var outgoing = FindById(peer, message.MessageId, CoapOutgoingState.AwaitsAcknowledgement);
        if (outgoing is null) return;
        var state = Touch(peer, now);
        if (message.Code.IsResponse)
        {
            if (message.Token == outgoing.Message.Token && outgoing.Message.Code.IsRequest) Complete(state, outgoing, message, now);
        }
        else if (message.Code.IsEmpty && outgoing.Message.Code.IsRequest)
        {
            outgoing.State = CoapOutgoingState.AwaitsResponse;
            Schedule(outgoing, now + outgoing.ResponseTimeout);
            StartQueued(state, now);
        }
        else if (message.Code.IsEmpty)
        {
            Finish(state, outgoing, now);
            _events.Acknowledged(outgoing);
        }
    }

    private void TakeReset(TPeer peer, ushort messageId, long now)
    {
        var outgoing = FindById(peer, messageId, null);
        if (outgoing is null) return;
        Finish(Touch(peer, now), outgoing, now);
        _events.Failed(outgoing, CoapFailure.Reset);
    }

    private void Complete(CoapPeerState<TPeer> state, CoapOutgoing<TPeer> outgoing, CoapMessage response, long now)
    {
        if (outgoing.Message.Options.Observe == CoapObserve.Register && response.Code.IsSuccess && response.Options.Observe is not null)
        {
            outgoing.State = CoapOutgoingState.Observes;
            outgoing.Due = long.MaxValue;
            StartQueued(state, now);
        }
        else
        {
            Finish(state, outgoing, now);
        }

        _events.ResponseReceived(outgoing, response);
    }

    private void Start(CoapPeerState<TPeer> state, CoapOutgoing<TPeer> outgoing, long now)
    {
        outgoing.Message.MessageId = state.NextMessageId();
        outgoing.Datagram = CoapEncoder.Encode(outgoing.Message);
        state.Outstanding.Add(outgoing);
        if (outgoing.Message.Type == CoapType.Confirmable)
        {
            outgoing.State = CoapOutgoingState.AwaitsAcknowledgement;
            outgoing.Backoff = (long)(_transmission.AckTimeout * (1 + (_random.NextDouble() * (_transmission.AckRandomFactor - 1))));
            Schedule(outgoing, now + outgoing.Backoff);
        }
        else if (outgoing.Message.Code.IsRequest)
        {
            outgoing.State = CoapOutgoingState.AwaitsResponse;
            Schedule(outgoing, now + outgoing.ResponseTimeout);
        }
        else
        {
            outgoing.State = CoapOutgoingState.AwaitsReset;
            Schedule(outgoing, now + _transmission.NonLifetime);
            ForgetOldestAwaitingReset(state);
        }

        _events.Transmit(state.Peer, outgoing.Datagram);
    }

    private void Expire(CoapPeerState<TPeer> state, CoapOutgoing<TPeer> outgoing, long now)
    {
        switch (outgoing.State)
        {
            case CoapOutgoingState.AwaitsAcknowledgement when outgoing.Retransmissions < _transmission.MaxRetransmit:
                outgoing.Retransmissions++;
                outgoing.Backoff *= 2;
                Schedule(outgoing, now + outgoing.Backoff);
                _events.Transmit(outgoing.Peer, outgoing.Datagram);
                break;
            case CoapOutgoingState.AwaitsAcknowledgement:
                Finish(state, outgoing, now);
                _events.Failed(outgoing, CoapFailure.NotAcknowledged);
                break;
            case CoapOutgoingState.AwaitsResponse:
                Finish(state, outgoing, now);
                _events.Failed(outgoing, CoapFailure.NoResponse);
                break;
            case CoapOutgoingState.AwaitsReset:
                Finish(state, outgoing, now);
                break;
        }
    }

    private void Finish(CoapPeerState<TPeer> state, CoapOutgoing<TPeer> outgoing, long now)
    {
        outgoing.State = CoapOutgoingState.Done;
        outgoing.Due = long.MinValue;
        state.Outstanding.Remove(outgoing);
        StartQueued(state, now);
    }

    private void StartQueued(CoapPeerState<TPeer> state, long now)
    {
        while (state.CountAwaitingAcknowledgement() < _transmission.NStart && state.Queued.Take() is { } next)
        {
            if (next.State != CoapOutgoingState.Done) Start(state, next, now);
        }
    }

    private void Schedule(CoapOutgoing<TPeer> outgoing, long due)
    {
        outgoing.Due = due;
        _due.Enqueue(outgoing, due);
    }

    private static void ForgetOldestAwaitingReset(CoapPeerState<TPeer> state)
    {
        var count = 0;
        for (var i = state.Outstanding.Count - 1; i >= 0; i--)
        {
            if (state.Outstanding[i].State != CoapOutgoingState.AwaitsReset || ++count <= MaxAwaitingReset) continue;
            state.Outstanding[i].State = CoapOutgoingState.Done;
            state.Outstanding.RemoveAt(i);
        }
    }

    private CoapOutgoing<TPeer>? FindById(TPeer peer, ushort messageId, CoapOutgoingState? wanted)
    {
        if (!_peers.TryGetValue(peer, out var node)) return null;
        foreach (var outgoing in node.Value.Outstanding)
        {
            if (outgoing.Message.MessageId == messageId && (wanted is null || outgoing.State == wanted)) return outgoing;
        }

        return null;
    }

    private CoapOutgoing<TPeer>? FindByToken(TPeer peer, CoapToken token)
    {
        if (!_peers.TryGetValue(peer, out var node)) return null;
        foreach (var outgoing in node.Value.Outstanding)
        {
            if (outgoing.Message.Code.IsRequest && outgoing.Message.Token == token) return outgoing;
        }

        return null;
    }

    private CoapPeerState<TPeer> Touch(TPeer peer, long now)
    {
        if (_peers.TryGetValue(peer, out var node))
        {
            _bySilence.Remove(node);
        }
        else
        {
            if (_peers.Count >= _transmission.MaxPeers && _bySilence.First is { } silent) Forget(silent.Value.Peer);
            node = new(new CoapPeerState<TPeer>(peer, (ushort)_random.Next(ushort.MaxValue)));
            _peers.Add(peer, node);
        }

        _bySilence.AddLast(node);
        node.Value.LastSeen = now;
        return node.Value;
    }

    private void Transmit(TPeer peer, CoapType type, ushort messageId) => _events.Transmit(peer, CoapEncoder.EncodeEmpty(type, messageId));

    private static CoapToken NewToken()
    {
        Span<byte> bytes = stackalloc byte[CoapToken.MaxLength];
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
