using System.Net.Sockets;
using System.Threading.Channels;
using M2MCluster.Edge.Admission;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Blockwise;
using M2MCluster.Protocols.Coap.Messaging;
using Microsoft.Extensions.Logging;

namespace M2MCluster.Edge.Coap;

/// <summary>
/// The peers of one worker: their sessions, exchanges and unfinished bodies, all under one lock. A peer always belongs to the same shard.
/// The lock is never held across a call to a grain.
/// </summary>
internal sealed partial class CoapShard : ICoapLayerEvents<CoapSession>
{
    private const int DatagramsAtOnce = 64;
    private const int MaxObservationsPerSession = 8;

    private readonly Lock _gate = new();
    private readonly Channel<CoapDatagram> _inbox;
    private readonly CoapMessageLayer<CoapSession> _layer;
    private readonly CoapBlock1Assembler<CoapSession> _bodies;
    private readonly UdpSessions _sessions;
    private readonly Queue<CoapIncoming<CoapSession>> _awaited = new();
    private readonly CoapIngress _ingress;
    private readonly CoapClock _clock;
    private readonly CoapEdgeOptions _options;
    private readonly CoapMetrics _metrics;
    private readonly AdmissionControl _admission;
    private readonly ILogger _logger;
    private (CoapIncoming<CoapSession> Incoming, CoapCall Call, long Entered)? _started;
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inFlight;
    private bool _draining;

    public CoapShard(Socket socket, CoapIngress ingress, EchoChallenge echo, CoapClock clock, CoapEdgeOptions options, CoapMetrics metrics, AdmissionControl admission, ILogger logger)
    {
        _ingress = ingress;
        _clock = clock;
        _options = options;
        _metrics = metrics;
        _admission = admission;
        _logger = logger;
        _inbox = Channel.CreateBounded<CoapDatagram>(new BoundedChannelOptions(options.QueuePerWorker) { SingleReader = true, SingleWriter = true });
        var transmission = new CoapTransmission
        {
            AckTimeout = (long)options.AckTimeout.TotalMilliseconds,
            MaxRetransmit = options.MaxRetransmit,
            ResponseTimeout = (long)options.ResponseTimeout.TotalMilliseconds,
            MaxPeers = Math.Max(1, options.MaxSessions / options.Workers),
        };
        _layer = new(transmission, this);
        _bodies = new(options.MaxBody, options.MaxBodies / options.Workers, (long)options.BodyTimeout.TotalMilliseconds, Abandon);
        _sessions = new UdpSessions(this, socket, echo, options.TrustLoopback, transmission.MaxPeers, Forget);
    }

    /// <summary>False where the queue is full: the datagram is lost, and comes again.</summary>
    public bool TryEnqueue(CoapDatagram datagram) => _inbox.Writer.TryWrite(datagram);

    /// <summary>Takes datagrams in until <see cref="Complete"/>, yielding the thread now and then.</summary>
    public async Task Work()
    {
        while (await _inbox.Reader.WaitToReadAsync())
        {
            for (var taken = 0; taken < DatagramsAtOnce && _inbox.Reader.TryRead(out var datagram); taken++) Take(datagram);
            await Task.Yield();
        }
    }

    public void Complete() => _inbox.Writer.TryComplete();

    /// <summary>Retransmits what is due, and promises answers that take long.</summary>
    public void Tick()
    {
        lock (_gate)
        {
            var now = _clock.Now;
            var late = now - (long)_options.SeparateAfter.TotalMilliseconds;
            while (_awaited.TryPeek(out var incoming) && (incoming.Request is null || incoming.ReceivedAt <= late))
            {
                _awaited.Dequeue();
                _layer.Acknowledge(incoming);
            }

            _layer.Advance(now);
            _bodies.Advance(now);
        }
    }

    /// <summary>Ends when every request that came in has been answered; only after <see cref="Complete"/>.</summary>
    public Task Idle()
    {
        lock (_gate)
        {
            _draining = true;
            if (_inFlight == 0) _idle.TrySetResult();
        }

        return _idle.Task;
    }

    /// <summary>Runs an action under the lock.</summary>
    public void Do(Action action)
    {
        lock (_gate) action();
    }

    /// <summary>Runs a call to a grain beside; a failure is logged and no more.</summary>
    public async Task Run(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception failure)
        {
            LogCall(_logger, failure);
        }
    }

    /// <summary>Sends a confirmable message; its end is told to <paramref name="exchange"/>.</summary>
    public void Send(CoapSession session, CoapMessage message, ICoapExchange exchange, int priority)
    {
        lock (_gate) _layer.Send(session, message, _clock.Now, confirmable: true, exchange, priority: priority);
    }

    /// <summary>Milliseconds of the node's monotonic clock.</summary>
    public long Now => _clock.Now;

    /// <summary>The session at an address; one that is not known is made, on the word of the grain that has the address.</summary>
    public CoapSession Open(UdpAddress address)
    {
        lock (_gate) return _sessions.Open(address);
    }

    public void Observe(MailboxObservation observation)
    {
        lock (_gate)
        {
            var observations = observation.Session.Observations;
            observations.RemoveAll(o => o.Token == observation.Token || o.Identity == observation.Identity);
            if (observations.Count == MaxObservationsPerSession) observations.RemoveAt(0);
            observations.Add(observation);
        }
    }

    public void Unobserve(CoapSession session, CoapToken token)
    {
        lock (_gate)
        {
            if (session.Observations.Find(o => o.Token == token) is not { } observation) return;
            session.Observations.Remove(observation);
            observation.Leave();
        }
    }

    /// <summary>Nothing more that was under way goes to the session.</summary>
    public void Withdraw(CoapSession session)
    {
        lock (_gate) _layer.Withdraw(session);
    }

    /// <summary>Forgets who speaks on the session and what it observes.</summary>
    public void End(CoapSession session)
    {
        lock (_gate)
        {
            session.Identity = null;
            session.ServesRequests = false;
            session.Observations.Clear();
            Forget(session);
        }
    }

    void ICoapLayerEvents<CoapSession>.Transmit(CoapSession peer, ReadOnlyMemory<byte> datagram) => peer.Transmit(datagram);

    void ICoapLayerEvents<CoapSession>.RequestReceived(CoapIncoming<CoapSession> incoming)
    {
        var request = incoming.Request!;
        if (Refuse(incoming, out var route, out var body, out var entered) is { } refusal)
        {
            Reply(incoming, request, refusal);
            return;
        }

        _inFlight++;
        _awaited.Enqueue(incoming);
        _started = (incoming, new CoapCall(incoming.Peer, request, route, body), entered);
    }

    void ICoapLayerEvents<CoapSession>.ResponseReceived(CoapOutgoing<CoapSession> outgoing, CoapMessage response) =>
        (outgoing.Context as ICoapExchange)?.Responded(response);

    bool ICoapLayerEvents<CoapSession>.Awaits(CoapOutgoing<CoapSession> outgoing, CoapMessage response) => (outgoing.Context as ICoapExchange)?.Awaits(response) ?? true;

    void ICoapLayerEvents<CoapSession>.Acknowledged(CoapOutgoing<CoapSession> outgoing) => (outgoing.Context as ICoapExchange)?.Acknowledged();

    void ICoapLayerEvents<CoapSession>.Failed(CoapOutgoing<CoapSession> outgoing, CoapFailure failure) => (outgoing.Context as ICoapExchange)?.Failed(failure);

    private void Take(CoapDatagram datagram)
    {
        try
        {
            (CoapIncoming<CoapSession> Incoming, CoapCall Call, long Entered)? started;
            lock (_gate)
            {
                var status = CoapDecoder.Decode(datagram.Bytes, out var message, out _);
                if (_sessions.Enter(datagram, status, message) is not { } session) return;
                _started = null;
                _layer.Receive(session, status, message, datagram.Bytes, _clock.Now);
                started = _started;
            }

            if (started is { } request) _ = Handle(request.Incoming, request.Call, request.Entered);
        }
        catch (Exception failure)
        {
            // One datagram must not end the worker.
            LogDatagram(_logger, failure);
        }
    }

    private async Task Handle(CoapIncoming<CoapSession> incoming, CoapCall call, long entered)
    {
        var reply = await _ingress.Handle(call);
        _admission.Leave(entered);
        lock (_gate)
        {
            incoming.Peer.IsKnown |= reply.Code.IsSuccess;
            if (--_inFlight == 0 && _draining) _idle.TrySetResult();
            Reply(incoming, call.Request, reply);
        }
    }

    private CoapMessage? Refuse(CoapIncoming<CoapSession> incoming, out CoapRoute route, out ReadOnlyMemory<byte> body, out long entered)
    {
        route = default;
        body = default;
        entered = 0;
        var now = _clock.Now;
        if (!incoming.Peer.Requests.TryTake(_options.MaxRequestsPerSecondPerPeer, now)) return CoapReply.Later(CoapCode.TooManyRequests, _options.RetryAfter, "too fast");
        var request = incoming.Request!;
        if (CoapRoute.Find(request, out route) is { } refusal) return refusal;
        return _bodies.Accept(incoming.Peer, request, now, out body) switch
        {
            CoapBlock1Status.Complete => Admit(incoming.Peer, out entered),
            CoapBlock1Status.Continue => CoapReply.Of(CoapCode.Continue),
            CoapBlock1Status.Incomplete => CoapReply.Of(CoapCode.RequestEntityIncomplete),
            CoapBlock1Status.TooLarge => TooLarge(),
            CoapBlock1Status.NoRoom => CoapReply.Later(CoapCode.ServiceUnavailable, _options.RetryAfter, "no room for more bodies"),
            _ => CoapReply.Of(CoapCode.BadRequest, "block length"),
        };
    }

    private void Abandon(CoapSession session, CoapMessage first, ReadOnlyMemory<byte> came)
    {
        if (CoapRoute.Find(first, out var route) is null) _ = Run(() => _ingress.Abandon(new CoapCall(session, first, route, came)));
    }

    private CoapMessage? Admit(CoapSession peer, out long entered) =>
        _admission.TryEnter(peer.IsKnown, out entered) ? null : CoapReply.Later(CoapCode.ServiceUnavailable, _admission.NextPlace(), "overload");

    private CoapMessage TooLarge()
    {
        var reply = CoapReply.Of(CoapCode.RequestEntityTooLarge);
        reply.Options.Add(CoapOptionNumber.Size1, (uint)_options.MaxBody);
        return reply;
    }

    private void Reply(CoapIncoming<CoapSession> incoming, CoapMessage request, CoapMessage reply)
    {
        _metrics.Answered(reply.Code);
        if (IsUnwanted(request, reply.Code) || IsRejected(request, reply.Code))
        {
            _layer.Dismiss(incoming);
            return;
        }

        if (request.Options.Block1 is { } block) reply.Options.Set(CoapOptionNumber.Block1, block.Encode());
        _layer.Reply(incoming, CoapFit.Fit(request, reply, incoming.Peer.MaxDatagram), _clock.Now);
    }

    // RFC 7967 section 2.1: bit 1 for 2.xx, bit 3 for 4.xx, bit 4 for 5.xx.
    private static bool IsUnwanted(CoapMessage request, CoapCode code) =>
        request.Options.GetUint(CoapOptionNumber.NoResponse) is { } unwanted && ((unwanted >> (code.Class - 1)) & 1) != 0 && code != CoapCode.Continue;

    // RFC 7252 section 5.4.1: a critical option that is not recognised rejects a non-confirmable request, which here is silence (section 4.3).
    private static bool IsRejected(CoapMessage request, CoapCode code) => code == CoapCode.BadOption && request.Type == CoapType.NonConfirmable;

    private void Forget(CoapSession session)
    {
        _layer.Forget(session);
        _bodies.Abandon(session);
    }
}
