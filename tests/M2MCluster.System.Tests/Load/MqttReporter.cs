using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Load;

/// <summary>
/// A device that reports numbers over MQTT at QoS 1, several at a time, and repeats with DUP, after each new connection, what was not acknowledged.
/// </summary>
/// <param name="child">For whom it reports, if it is a gateway.</param>
/// <param name="named">Whether it speaks version 5 and its reports have names, which are known for ever; else 3.1.1, where they are known for a while.</param>
/// <param name="pause">After each acknowledgement.</param>
internal sealed class MqttReporter(string id, Edge edge, string? child = null, bool named = false, int window = 8, TimeSpan pause = default) : IReporter
{
    private const byte UserProperty = 0x26;

    private readonly SortedDictionary<int, ushort> _pending = [];
    private readonly string _topic = child is null ? "m2m/reports" : $"m2m/children/{child}/reports";
    private readonly int _version = named ? 5 : 4;

    public string ObjectId => child ?? id;

    public ConcurrentDictionary<int, bool> Acknowledged { get; } = new();

    public Action<int>? OnAcknowledged { get; set; }

    public async Task RunAsync(CancellationToken stop)
    {
        var next = 0;
        while (true)
        {
            using var connection = await StubbornMqtt.ConnectAsync(id, edge, _version, CancellationToken.None);
            try
            {
                foreach (var (number, packet) in _pending) await connection.Send(Report(number, packet, dup: true));
                while (_pending.Count > 0 || !stop.IsCancellationRequested)
                {
                    while (_pending.Count < window && !stop.IsCancellationRequested)
                    {
                        var number = next++;
                        // Packet ids are used again soon, as small devices do.
                        var packet = (ushort)(number % (2 * window) + 1);
                        _pending.Add(number, packet);
                        await connection.Send(Report(number, packet, dup: false));
                    }

                    if (_pending.Count == 0) break;
                    if (await connection.Read(edge.Patience) is not { } answer || answer.Header == 0xE0) throw new IOException("closed");
                    Assert.Equal(0x40, answer.Header);
                    if (answer.Body.Length > 2 && answer.Body[2] >= 0x80) throw new InvalidOperationException($"{ObjectId}: a report was refused with 0x{answer.Body[2]:x2}");
                    var acknowledged = _pending.First(pending => pending.Value == (answer.Body[0] << 8 | answer.Body[1])).Key;
                    _pending.Remove(acknowledged);
                    Acknowledged[acknowledged] = true;
                    OnAcknowledged?.Invoke(acknowledged);
                    if (pause > TimeSpan.Zero) await Task.Delay(pause, CancellationToken.None);
                }

                return;
            }
            catch (Exception broken) when (broken is IOException or SocketException or OperationCanceledException)
            {
                // The node was killed, or does not answer; the device comes back.
                edge.Move();
            }
        }
    }

    private byte[] Report(int number, ushort packet, bool dup) => RawMqtt.Publish(
        _topic, string.Create(CultureInfo.InvariantCulture, $$"""[{"n":"seq","v":{{number}}}]"""), id: packet, dup: dup, version: _version,
        properties: named ? [UserProperty, .. RawMqtt.Text("id"), .. RawMqtt.Text(number.ToString(CultureInfo.InvariantCulture))] : null);
}
