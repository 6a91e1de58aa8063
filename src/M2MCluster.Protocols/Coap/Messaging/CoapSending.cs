namespace M2MCluster.Protocols.Coap.Messaging;

/// <summary>What the owner sends by itself: it keeps to NSTART, retransmits, and gives up.</summary>
internal sealed class CoapSending<TPeer>(CoapTransmission transmission, ICoapLayerEvents<TPeer> events, Random random)
    where TPeer : notnull
{
    private const int MaxAwaitingReset = 8;

    private readonly PriorityQueue<CoapOutgoing<TPeer>, long> _due = new();

    /// <summary>When <see cref="Advance"/> has something to do; null: not before something is sent.</summary>
    public long? NextDue => _due.TryPeek(out _, out var due) ? due : null;

    public void Send(CoapPeerState<TPeer> state, CoapOutgoing<TPeer> outgoing, long now)
    {
        if (outgoing.Message.Type != CoapType.Confirmable || state.CountAwaitingAcknowledgement() < transmission.NStart)
        {
            Start(state, outgoing, now);
        }
        else if (state.Queued.Count < transmission.QueuePerPeer)
        {
            state.Queued.Add(outgoing);
        }
        else
        {
            var refused = state.Queued.TakeLastBelow(outgoing.Priority);
            if (refused is not null) state.Queued.Add(outgoing);
            refused ??= outgoing;
            var told = refused.State != CoapOutgoingState.Done;
            refused.State = CoapOutgoingState.Done;
            if (told) events.Failed(refused, CoapFailure.Refused);
        }
    }

    /// <summary>Retransmits and gives up what is due.</summary>
    public void Advance(CoapPeers<TPeer> peers, long now)
    {
        while (_due.TryPeek(out var outgoing, out var due) && due <= now)
        {
            _due.Dequeue();
            if (outgoing.Due == due && peers.Find(outgoing.Peer) is { } state) Expire(state, outgoing, now);
        }
    }

    /// <summary>The peer promised an answer by an empty acknowledgement.</summary>
    public void AwaitResponse(CoapPeerState<TPeer> state, CoapOutgoing<TPeer> outgoing, long now)
    {
        outgoing.State = CoapOutgoingState.AwaitsResponse;
        Schedule(outgoing, now + outgoing.ResponseTimeout);
        StartQueued(state, now);
    }

    /// <summary>The peer takes the observer: notifications come until it is cancelled.</summary>
    public void Observe(CoapPeerState<TPeer> state, CoapOutgoing<TPeer> outgoing, long now)
    {
        outgoing.State = CoapOutgoingState.Observes;
        outgoing.Due = long.MaxValue;
        StartQueued(state, now);
    }

    /// <summary>It is over, and the next one may leave.</summary>
    public void Finish(CoapPeerState<TPeer> state, CoapOutgoing<TPeer> outgoing, long now)
    {
        End(outgoing);
        state.Outstanding.Remove(outgoing);
        StartQueued(state, now);
    }

    /// <summary>All that was to be sent to the peer is over.</summary>
    /// <returns>What was under way or waited, but for what only a Reset could have ended.</returns>
    public static IReadOnlyList<CoapOutgoing<TPeer>> EndAll(CoapPeerState<TPeer> state)
    {
        var ended = new List<CoapOutgoing<TPeer>>();
        foreach (var outgoing in (CoapOutgoing<TPeer>[])[.. state.Outstanding, .. state.Queued.InOrder])
        {
            if (outgoing.State != CoapOutgoingState.AwaitsReset) ended.Add(outgoing);
            End(outgoing);
        }

        state.Outstanding.Clear();
        state.Queued.Clear();
        return ended;
    }

    private static void End(CoapOutgoing<TPeer> outgoing)
    {
        outgoing.State = CoapOutgoingState.Done;
        outgoing.Due = long.MinValue;
    }

    private void Start(CoapPeerState<TPeer> state, CoapOutgoing<TPeer> outgoing, long now)
    {
        outgoing.Message.MessageId = state.NextMessageId();
        outgoing.Datagram = CoapEncoder.Encode(outgoing.Message);
        state.Outstanding.Add(outgoing);
        if (outgoing.Message.Type == CoapType.Confirmable)
        {
            outgoing.State = CoapOutgoingState.AwaitsAcknowledgement;
            outgoing.Backoff = (long)(transmission.AckTimeout * (1 + (random.NextDouble() * (transmission.AckRandomFactor - 1))));
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
            Schedule(outgoing, now + transmission.NonLifetime);
            ForgetOldestAwaitingReset(state);
        }

        events.Transmit(state.Peer, outgoing.Datagram);
    }

    private void Expire(CoapPeerState<TPeer> state, CoapOutgoing<TPeer> outgoing, long now)
    {
        switch (outgoing.State)
        {
            case CoapOutgoingState.AwaitsAcknowledgement when outgoing.Retransmissions < transmission.MaxRetransmit:
                outgoing.Retransmissions++;
                outgoing.Backoff *= 2;
                Schedule(outgoing, now + outgoing.Backoff);
                events.Transmit(outgoing.Peer, outgoing.Datagram);
                break;
            case CoapOutgoingState.AwaitsAcknowledgement:
                Finish(state, outgoing, now);
                events.Failed(outgoing, CoapFailure.NotAcknowledged);
                break;
            case CoapOutgoingState.AwaitsResponse:
                Finish(state, outgoing, now);
                events.Failed(outgoing, CoapFailure.NoResponse);
                break;
            case CoapOutgoingState.AwaitsReset:
                Finish(state, outgoing, now);
                break;
        }
    }

    private void StartQueued(CoapPeerState<TPeer> state, long now)
    {
        while (state.CountAwaitingAcknowledgement() < transmission.NStart && state.Queued.Take() is { } next)
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
}
