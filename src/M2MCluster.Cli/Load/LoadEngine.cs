using System.Net.Sockets;
using HdrHistogram;

namespace M2MCluster.Cli.Load;

/// <summary>
/// Sends reports over its lanes and takes the acknowledgements, all on one thread. In an open loop reports are due in bursts of a millisecond,
/// and latency counts from when a report was due, so that a platform that stalls is charged with all that it kept waiting.
/// </summary>
internal sealed class LoadEngine(LoadSettings settings, IReadOnlyList<LoadLane> lanes, LoadClock clock, LoadLog? log, Feedback? feedback) : ILoadEvents
{
    private const int WaitMicroseconds = 1000;
    private static readonly TimeSpan AdvanceEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(20);

    private readonly Dictionary<Socket, LoadLane> _bySocket = [];
    private readonly List<Socket> _all = [];
    private readonly List<Socket> _ready = [];
    private readonly Dictionary<string, long> _failures = [];
    private long _recordFrom;
    private long _endAt;
    private int _inFlight;
    private int _nextLane;

    /// <summary>Microseconds, of reports due after the warm-up.</summary>
    public LongHistogram Latencies { get; } = Latency.NewHistogram();

    public IReadOnlyDictionary<string, long> Failures => _failures;

    public long Sent { get; private set; }

    public long AcknowledgedCount { get; private set; }

    /// <summary>Acknowledged within the measured time.</summary>
    public long Measured { get; private set; }

    public long Retransmissions { get; private set; }

    public void Run(CancellationToken cancellationToken)
    {
        _recordFrom = clock.Now + clock.Ticks(settings.WarmUp);
        _endAt = _recordFrom + clock.Ticks(settings.Duration);
        var startAt = clock.Now;
        var advanceAt = startAt;
        long now;
        while ((now = clock.Now) < _endAt && !cancellationToken.IsCancellationRequested)
        {
            if (settings.Rate > 0) SendDue(startAt, now);
            else SendMore(now);
            Turn(now, ref advanceAt);
        }

        // What is under way is waited for, so that every report is either acknowledged or known to have failed.
        var giveUpAt = now + clock.Ticks(Drain);
        while (_inFlight > 0 && (now = clock.Now) < giveUpAt && !cancellationToken.IsCancellationRequested) Turn(now, ref advanceAt);
    }

    public void Acknowledged(in LoadExchange exchange)
    {
        _inFlight--;
        AcknowledgedCount++;
        log?.Add(exchange);
        feedback?.Acknowledged(exchange.Number);
        var now = clock.Now;
        if (exchange.IntendedAt >= _recordFrom) Latencies.RecordValue(Latency.Bounded(clock.Microseconds(now - exchange.IntendedAt)));
        if (now >= _recordFrom && now < _endAt) Measured++;
    }

    public void Failed(in LoadExchange exchange, string why)
    {
        _inFlight--;
        _failures[why] = _failures.GetValueOrDefault(why) + 1;
    }

    public void Retransmitted() => Retransmissions++;

    private void SendDue(long startAt, long now)
    {
        var due = (long)(Math.Floor(clock.Seconds(now - startAt) * 1000) / 1000 * settings.Rate);
        while (Sent < due && _inFlight < settings.InFlight)
        {
            if (!TrySend(startAt + clock.Ticks(TimeSpan.FromSeconds(Math.Ceiling(Sent / settings.Rate * 1000) / 1000)), now)) return;
        }
    }

    private void SendMore(long now)
    {
        while (_inFlight < settings.InFlight)
        {
            if (!TrySend(now, now)) return;
        }
    }

    private bool TrySend(long intendedAt, long now)
    {
        for (var tried = 0; tried < lanes.Count; tried++)
        {
            var lane = lanes[_nextLane];
            _nextLane = _nextLane + 1 == lanes.Count ? 0 : _nextLane + 1;
            feedback?.Left(Sent, intendedAt);
            if (!lane.TrySend((int)(Sent % settings.Devices), Sent, intendedAt, now)) continue;
            Sent++;
            _inFlight++;
            return true;
        }

        return false;
    }

    private void Turn(long now, ref long advanceAt)
    {
        foreach (var lane in lanes) lane.Flush();
        if (now >= advanceAt)
        {
            advanceAt = now + clock.Ticks(AdvanceEvery);
            foreach (var lane in lanes) lane.Advance(this, now);
            FindSockets();
        }

        _ready.Clear();
        _ready.AddRange(_all);
        if (_ready.Count == 0) return;
        try
        {
            Socket.Select(_ready, null, null, WaitMicroseconds);
        }
        catch (ObjectDisposedException)
        {
            FindSockets();
            return;
        }

        foreach (var socket in _ready) _bySocket[socket].Receive(this, now);
        log?.Flush();
    }

    private void FindSockets()
    {
        _all.Clear();
        _bySocket.Clear();
        foreach (var lane in lanes)
        {
            if (lane.Socket is not { } socket) continue;
            _all.Add(socket);
            _bySocket[socket] = lane;
        }
    }
}
