using System.Net;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Messaging;

namespace M2MCluster.Device.Coap;

/// <summary>Drives the message layer with a socket and a clock, and turns its events into awaitable exchanges.</summary>
internal sealed class CoapExchanges : ICoapLayerEvents<IPEndPoint>, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly IPEndPoint _server;
    private readonly CoapMessageLayer<IPEndPoint> _layer;
    private readonly ITimer _timer;
    private readonly List<Action<long>> _held = [];
    private TaskCompletionSource? _suspension;
    private bool _isSilent;
    private TimeSpan _silence;
    private long _silentSince;
    private bool _ended;

    public CoapExchanges(IPEndPoint server, IPAddress? local, CoapTransmission transmission, DeviceLink link, CoapRadio radio, TimeProvider time)
    {
        _server = server;
        _time = time;
        _origin = time.GetTimestamp();
        _layer = new(transmission, this);
        _timer = time.CreateTimer(_ => Step(now => _layer.Advance(now)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Socket = new CoapSocket(server, local, link, radio, datagram => Step(now => _layer.Receive(_server, datagram, now)));
    }

    public CoapSocket Socket { get; }

    /// <summary>Serves requests of the platform; called under no lock.</summary>
    public Action<CoapIncoming<IPEndPoint>>? Requested { get; set; }

    /// <summary>Milliseconds since the start; they do not pass while suspended, so that no retransmission is counted as unheard.</summary>
    public long Now => (long)((!_isSilent ? _time.GetElapsedTime(_origin) : _time.GetElapsedTime(_origin, _silentSince)) - _silence).TotalMilliseconds;

    /// <summary>New requests wait from now on; those before them go on.</summary>
    public void Hold()
    {
        lock (_lock) _suspension ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>From now on no frame leaves, retransmissions and answers included: all of it waits.</summary>
    public void Suspend()
    {
        lock (_lock)
        {
            if (_isSilent) return;
            _silentSince = _time.GetTimestamp();
            _isSilent = true;
            _suspension ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        Socket.Deaf = true;
    }

    /// <summary>What waited follows.</summary>
    public void Resume()
    {
        TaskCompletionSource? suspension;
        lock (_lock)
        {
            if ((suspension = _suspension) is null) return;
            Socket.Deaf = false;
            if (_isSilent) _silence += _time.GetElapsedTime(_silentSince);
            _isSilent = false;
            _suspension = null;
            foreach (var step in _held) step(Now);
            _held.Clear();
            Arm();
        }

        suspension.SetResult();
    }

    public bool IsSuspended
    {
        get
        {
            lock (_lock) return _isSilent;
        }
    }

    /// <summary>One confirmable exchange, whatever the response's code.</summary>
    /// <param name="passes">It goes out though new requests wait.</param>
    /// <exception cref="DeviceException">No response.</exception>
    public async Task<CoapMessage> RequestAsync(CoapMessage request, CancellationToken cancellationToken, bool passes = false)
    {
        if (!passes) await ResumedAsync(cancellationToken).ConfigureAwait(false);
        var exchange = new Exchange(null);
        var outgoing = Send(request, exchange);
        await using (cancellationToken.UnsafeRegister(_ => Abandon(outgoing, exchange, cancellationToken), null).ConfigureAwait(false))
        {
            return await exchange.First.Task.ConfigureAwait(false);
        }
    }

    /// <summary>A request with Observe; the notifications, the first response too, go to <paramref name="notified"/>, on no particular thread.</summary>
    public async Task<CoapOutgoing<IPEndPoint>> ObserveAsync(CoapMessage request, Action<CoapMessage> notified, CancellationToken cancellationToken)
    {
        await ResumedAsync(cancellationToken).ConfigureAwait(false);
        var exchange = new Exchange(notified);
        request.Options.Set(CoapOptionNumber.Observe, CoapObserve.Register);
        var outgoing = Send(request, exchange);
        await using (cancellationToken.UnsafeRegister(_ => Abandon(outgoing, exchange, cancellationToken), null).ConfigureAwait(false))
        {
            await exchange.First.Task.ConfigureAwait(false);
            return outgoing;
        }
    }

    public void Cancel(CoapOutgoing<IPEndPoint> outgoing) => Step(now => _layer.Cancel(outgoing, now));

    public void Acknowledge(CoapIncoming<IPEndPoint> incoming) => Step(_ => _layer.Acknowledge(incoming));

    public void Reply(CoapIncoming<IPEndPoint> incoming, CoapMessage response) => Step(now => _layer.Reply(incoming, response, now));

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _ended = true;
            _layer.Forget(_server);
            _suspension?.TrySetResult();
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
        await Socket.DisposeAsync().ConfigureAwait(false);
    }

    public void Transmit(IPEndPoint peer, ReadOnlyMemory<byte> datagram) => Socket.Send(datagram);

    public void RequestReceived(CoapIncoming<IPEndPoint> incoming) =>
        ThreadPool.UnsafeQueueUserWorkItem(static work => work.Requested?.Invoke(work.incoming), (Requested, incoming), false);

    public void ResponseReceived(CoapOutgoing<IPEndPoint> outgoing, CoapMessage response)
    {
        var exchange = (Exchange)outgoing.Context!;
        exchange.First.TrySetResult(response);
        if (exchange.Notified is { } notified) ThreadPool.UnsafeQueueUserWorkItem(static work => work.notified(work.response), (notified, response), false);
    }

    public void Acknowledged(CoapOutgoing<IPEndPoint> outgoing)
    {
        // A separate answer to a command arrived: nothing waits for that.
    }

    public void Failed(CoapOutgoing<IPEndPoint> outgoing, CoapFailure failure)
    {
        if (outgoing.Context is Exchange exchange) exchange.First.TrySetException(new DeviceException(DeviceFailure.NoAnswer, $"No answer ({failure})."));
    }

    private void Abandon(CoapOutgoing<IPEndPoint> outgoing, Exchange exchange, CancellationToken cancellationToken)
    {
        Cancel(outgoing);
        exchange.First.TrySetCanceled(cancellationToken);
    }

    private async ValueTask ResumedAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task waiting;
            lock (_lock)
            {
                if (_suspension is null || _ended) return;
                waiting = _suspension.Task;
            }

            await waiting.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private CoapOutgoing<IPEndPoint> Send(CoapMessage request, Exchange exchange)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            var outgoing = _layer.Send(_server, request, Now, context: exchange);
            Arm();
            return outgoing;
        }
    }

    // Nothing happens after the end: datagrams and the timer may still be on their way here.
    private void Step(Action<long> step)
    {
        lock (_lock)
        {
            if (_ended) return;
            if (_isSilent)
            {
                _held.Add(step);
                return;
            }

            step(Now);
            Arm();
        }
    }

    private void Arm()
    {
        if (!_isSilent && _layer.NextDue is { } due) _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, due - Now)), Timeout.InfiniteTimeSpan);
    }

    private sealed record Exchange(Action<CoapMessage>? Notified)
    {
        public TaskCompletionSource<CoapMessage> First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
