using System.Collections.Concurrent;
using System.Net;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>
/// A radio between one CoAP device and the node: it loses a share of the datagrams each way, and counts them all. Which ones are lost follows from a seed, and from which datagram of
/// its direction each is.
/// </summary>
internal sealed class LossyRelay : IAsyncDisposable
{
    private readonly ConcurrentQueue<(bool FromDevice, byte[] Datagram)> _air = new();
    private readonly Random _ofDevice;
    private readonly Random _ofNode;
    private readonly DatagramRelay _relay;
    private double _loss;

    public LossyRelay(int node, int seed)
    {
        (_ofDevice, _ofNode) = (new(seed), new(seed + 1));
        _relay = new(node, (datagram, fromDevice) => Task.FromResult(Passes(datagram, fromDevice)));
    }

    public IPEndPoint EndPoint => _relay.EndPoint;

    /// <summary>The part of the datagrams that is lost in each direction, 0–1.</summary>
    public double Loss
    {
        get => Volatile.Read(ref _loss);
        set => Volatile.Write(ref _loss, value);
    }

    public int Lost { get; private set; }

    /// <summary>All that was sent so far, lost or not.</summary>
    public IReadOnlyList<(bool FromDevice, byte[] Datagram)> Air => [.. _air];

    /// <summary>What the largest one was, for a failure's message.</summary>
    public string Largest()
    {
        var (fromDevice, datagram) = _air.MaxBy(sent => sent.Datagram.Length);
        CoapDecoder.Decode(datagram, out var message, out _);
        var options = message.Options.Select(option => $"{option.Number}:{option.Value.Length}");
        return $"{datagram.Length} bytes from the {(fromDevice ? "device" : "node")}: {message.Code}, options {string.Join(' ', options)}, payload {message.Payload.Length}";
    }

    public ValueTask DisposeAsync() => _relay.DisposeAsync();

    private bool Passes(ReadOnlyMemory<byte> datagram, bool fromDevice)
    {
        _air.Enqueue((fromDevice, datagram.ToArray()));
        if ((fromDevice ? _ofDevice : _ofNode).NextDouble() >= Loss) return true;
        Lost++;
        return false;
    }
}
