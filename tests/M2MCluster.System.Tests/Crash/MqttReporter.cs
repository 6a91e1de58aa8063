using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Crash;

/// <summary>
/// A device that reports numbers over MQTT 3.1.1 at QoS 1, several at a time, and repeats with DUP, after each new connection, what was not acknowledged.
/// </summary>
internal sealed class MqttReporter(string id, int port) : IReporter
{
    private const int Window = 8;

    private readonly SortedDictionary<int, ushort> _pending = [];

    public string ObjectId => id;

    public ConcurrentDictionary<int, bool> Acknowledged { get; } = new();

    public async Task RunAsync(CancellationToken stop)
    {
        var next = 0;
        while (true)
        {
            using var connection = await StubbornMqtt.ConnectAsync(id, port);
            try
            {
                foreach (var (number, packet) in _pending) await connection.Send(Report(number, packet, dup: true));
                while (_pending.Count > 0 || !stop.IsCancellationRequested)
                {
                    while (_pending.Count < Window && !stop.IsCancellationRequested)
                    {
                        var number = next++;
                        // Packet ids are used again soon, as small devices do.
                        var packet = (ushort)(number % (2 * Window) + 1);
                        _pending.Add(number, packet);
                        await connection.Send(Report(number, packet, dup: false));
                    }

                    if (_pending.Count == 0) break;
                    if (await connection.Read() is not { } answer) throw new IOException("closed");
                    Assert.Equal(0x40, answer.Header);
                    var acknowledged = _pending.First(pending => pending.Value == (answer.Body[0] << 8 | answer.Body[1])).Key;
                    _pending.Remove(acknowledged);
                    Acknowledged[acknowledged] = true;
                }

                return;
            }
            catch (Exception broken) when (broken is IOException or SocketException or OperationCanceledException)
            {
                // The node was killed; the device comes back.
            }
        }
    }

    private static byte[] Report(int number, ushort packet, bool dup) =>
        RawMqtt.Publish("m2m/reports", string.Create(CultureInfo.InvariantCulture, $$"""[{"n":"seq","v":{{number}}}]"""), id: packet, dup: dup);
}
