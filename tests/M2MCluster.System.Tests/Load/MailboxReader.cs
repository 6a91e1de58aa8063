using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Load;

/// <summary>
/// A device that takes the messages of its mailbox, or a gateway that takes its children's, over MQTT 3.1.1, carries each out once however often it comes, and
/// repeats its result until that is acknowledged. It pings, and connects again when nothing comes back.
/// </summary>
internal sealed class MailboxReader(string id, Edge edge, string filter = "m2m/mailbox/#")
{
    private readonly Dictionary<ushort, string> _results = [];
    private ushort _packet = 1;

    /// <summary>The messages whose results were acknowledged, by name.</summary>
    public ConcurrentDictionary<string, bool> Answered { get; } = new();

    public Action<string>? OnAnswered { get; set; }

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                using var connection = await StubbornMqtt.ConnectAsync(id, edge, stop: stop);
                using var line = new SemaphoreSlim(1);
                var heardAt = Environment.TickCount64;
                using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
                await using var ending = over.Token.Register(connection.Dispose);
                var watching = WatchAsync(() => Send(RawMqtt.Ping), () => Volatile.Read(ref heardAt), over);
                try
                {
                    await Send(RawMqtt.Subscribe(ushort.MaxValue, filter));
                    foreach (var (packet, topic) in _results) await Send(Result(topic, packet, dup: true));
                    while (await connection.Read(Timeout.InfiniteTimeSpan) is { } heard)
                    {
                        Volatile.Write(ref heardAt, Environment.TickCount64);
                        await TakeAsync(heard, Send);
                    }
                }
                catch (Exception broken) when (broken is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
                {
                    // The node was killed, and the device comes back; or the test ends.
                }

                await over.CancelAsync();
                await watching;
                edge.Move();

                async Task Send(byte[] packet)
                {
                    await line.WaitAsync(over.Token);
                    try
                    {
                        await connection.Send(packet);
                    }
                    finally
                    {
                        line.Release();
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private async Task TakeAsync((byte Header, byte[] Body) heard, Func<byte[], Task> send)
    {
        if (heard.Header is 0x90 or 0xD0) return;
        if (heard.Header == 0x40)
        {
            if (!_results.Remove((ushort)(heard.Body[0] << 8 | heard.Body[1]), out var answered)) return;
            Answered[NameOf(answered)] = true;
            OnAnswered?.Invoke(NameOf(answered));
            return;
        }

        Assert.Equal(0x32, heard.Header & 0xF7);
        var topic = Encoding.UTF8.GetString(heard.Body, 2, heard.Body[0] << 8 | heard.Body[1]);
        await send(RawMqtt.PubAck((ushort)(heard.Body[2 + topic.Length] << 8 | heard.Body[3 + topic.Length])));
        if (Answered.ContainsKey(NameOf(topic)) || _results.ContainsValue(topic)) return;
        _packet = (ushort)(_packet % 1000 + 1);
        _results.Add(_packet, topic);
        await send(Result(topic, _packet, dup: false));
    }

    private async Task WatchAsync(Func<Task> ping, Func<long> heardAt, CancellationTokenSource over)
    {
        try
        {
            using var pace = new PeriodicTimer(edge.Patience / 3);
            while (await pace.WaitForNextTickAsync(over.Token))
            {
                if (Environment.TickCount64 - heardAt() > 2 * edge.Patience.TotalMilliseconds) await over.CancelAsync();
                else await ping();
            }
        }
        catch (Exception broken) when (broken is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The connection is gone, as its reader will find too.
        }
    }

    private static string NameOf(string topic) => "messages/" + topic[(topic.LastIndexOf('/') + 1)..];

    private static byte[] Result(string topic, ushort packet, bool dup) =>
        RawMqtt.Publish($"{topic}/result", """{"result":"ok","payload":"done"}""", id: packet, dup: dup);
}
