using System.Net;
using System.Net.Sockets;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Edge.Admission;
using M2MCluster.Edge.Coap.Groups;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Coap;

/// <summary>The CoAP edge as a whole: opens the socket, and closes it once what came in is answered.</summary>
internal sealed partial class CoapEdge(
    IOptions<CoapEdgeOptions> options,
    IGrainFactory grains,
    IEdgeDirectory directory,
    CoapIngress ingress,
    CoapChannels channels,
    CoapGroups groups,
    CoapClock clock,
    CoapMetrics metrics,
    AdmissionControl admission,
    TimeProvider time,
    ILogger<CoapEdge> logger) : IHostedService, ICoapListener, IDisposable
{
    private static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(100);
    private const int SocketBuffer = 4 << 20;

    private Socket? _socket;
    private UdpListener? _listener;
    private CoapShard[] _shards = [];
    private Task[] _workers = [];
    private ITimer? _ticks;
    private CoapDownlink? _downlink;

    public IPEndPoint? LocalEndPoint => (IPEndPoint?)_socket?.LocalEndPoint;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var address = IPAddress.Parse(settings.Address);
        if (settings.Port == 0) return Task.CompletedTask;
        if (!settings.IsPlainOpen)
        {
            LogPlainRefused(logger, settings.Address);
            return Task.CompletedTask;
        }

        _socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = SocketBuffer, SendBufferSize = SocketBuffer };
        if (address.Equals(IPAddress.IPv6Any)) _socket.DualMode = true;
        _socket.Bind(new IPEndPoint(address, settings.Port));

        var echo = new EchoChallenge(time);
        _shards = new CoapShard[settings.Workers];
        for (var i = 0; i < _shards.Length; i++) _shards[i] = new CoapShard(_socket, ingress, echo, clock, settings, metrics, admission, logger);
        _listener = new UdpListener(_socket, metrics);
        groups.Start();

        // The runtime holds observers weakly: the field keeps this one alive.
        _downlink = new CoapDownlink(grains, groups, Open);
        var reference = grains.CreateObjectReference<IDownlink>(_downlink);
        channels.Open(reference);
        directory.Register(Bearer.Coap, reference);

        _workers = [.. _shards.Select(shard => Task.Run(shard.Work, CancellationToken.None))];
        _ticks = time.CreateTimer(_ => Tick(), null, TickPeriod, TickPeriod);
        _listener.Start(_shards);
        LogListening(logger, LocalEndPoint!);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _listener?.Stop();
        await groups.StopAsync().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var shard in _shards) shard.Complete();
        await Task.WhenAll(_workers).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var shard in _shards) await shard.Idle().WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Dispose();
    }

    public void Dispose()
    {
        _ticks?.Dispose();
        _socket?.Dispose();
    }

    private CoapSession? Open(string session) =>
        _listener is not null && UdpAddress.TryParse(session, out var address) ? _listener.ShardOf(address).Open(address) : null;

    private void Tick()
    {
        foreach (var shard in _shards) shard.Tick();
    }
}
