using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using MQTTnet.Formatter;
using MQTTnet.Packets;

namespace M2MCluster.Edge.Mqtt;

/// <summary>A connection as a sequence of packets. One reader; any number of writers, whose packets go out whole, one after the other.</summary>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody takes holds nothing, and late writers may still ask for it.
internal sealed class MqttPipe(IDuplexPipe transport, int maxPacketSize)
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private MqttProtocolVersion _version = MqttProtocolVersion.Unknown;
    private bool _finished;

    /// <summary>Set by the first packet.</summary>
    public MqttProtocolVersion Version => _version;

    public bool IsVersion5 => _version == MqttProtocolVersion.V500;

    /// <summary>Bytes that the client takes in a packet; zero: any number.</summary>
    public uint PeerMaxPacketSize { get; set; }

    /// <summary>Whether acknowledgements may say in words why: the client wants it, and set no limit that words could exceed.</summary>
    public bool TakesReasons { get; set; }

    public async ValueTask<MqttRead> Read(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                var result = await transport.Input.ReadAsync(cancellation);
                if (result.IsCanceled) return new(MqttReadStatus.Ended);
                var buffer = result.Buffer;
                var read = MqttCodec.Read(ref buffer, ref _version, maxPacketSize);
                transport.Input.AdvanceTo(buffer.Start, read.Status == MqttReadStatus.NeedMore ? buffer.End : buffer.Start);
                if (read.Status != MqttReadStatus.NeedMore) return read;
                if (result.IsCompleted) return new(MqttReadStatus.Ended);
            }
        }
        catch (Exception ended) when (ended is ConnectionResetException or ConnectionAbortedException or IOException or OperationCanceledException)
        {
            return new(MqttReadStatus.Ended);
        }
    }

    /// <summary>Ends a read that waits, or the next one.</summary>
    public void StopReading() => transport.Input.CancelPendingRead();

    public async ValueTask<MqttWriteStatus> Write(MqttPacket packet, CancellationToken cancellation)
    {
        try
        {
            await _writing.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return MqttWriteStatus.Ended;
        }

        try
        {
            if (_finished) return MqttWriteStatus.Ended;
            if (!MqttCodec.Write(transport.Output, packet, _version, PeerMaxPacketSize)) return MqttWriteStatus.TooLarge;
            var result = await transport.Output.FlushAsync(cancellation);
            return result.IsCompleted || result.IsCanceled ? MqttWriteStatus.Ended : MqttWriteStatus.Written;
        }
        catch (Exception ended) when (ended is ConnectionResetException or ConnectionAbortedException or IOException or OperationCanceledException)
        {
            return MqttWriteStatus.Ended;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Says a last word, if there is one and the peer takes it in time, and closes this direction.</summary>
    public async ValueTask Finish(MqttPacket? last, CancellationToken cancellation)
    {
        if (last is not null) await Write(last, cancellation);
        try
        {
            await _writing.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            // A writer is stuck in a peer that does not read; the connection is aborted with it.
            return;
        }

        _finished = true;
        await transport.Output.CompleteAsync();
        _writing.Release();
    }
}
