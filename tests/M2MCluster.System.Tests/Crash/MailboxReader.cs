using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Crash;

/// <summary>
/// A device that takes the messages of its mailbox over MQTT 3.1.1, carries each out once however often it comes, and repeats its result until that is acknowledged.
/// </summary>
internal sealed class MailboxReader(string id, int port)
{
    private readonly Dictionary<ushort, string> _results = [];
    private ushort _packet = 1;

    /// <summary>The messages whose results were acknowledged, by name.</summary>
    public ConcurrentDictionary<string, bool> Answered { get; } = new();

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using var connection = await StubbornMqtt.ConnectAsync(id, port);
            await using var ending = stop.Register(connection.Dispose);
            try
            {
                await connection.Send(RawMqtt.Subscribe(ushort.MaxValue, "m2m/mailbox/#"));
                foreach (var (packet, message) in _results) await connection.Send(Result(message, packet, dup: true));
                while (true)
                {
                    if (await connection.Read(Timeout.InfiniteTimeSpan) is not { } heard) break;
                    if (heard.Header == 0x90) continue;
                    if (heard.Header == 0x40)
                    {
                        if (_results.Remove((ushort)(heard.Body[0] << 8 | heard.Body[1]), out var answered)) Answered[answered] = true;
                        continue;
                    }

                    Assert.Equal(0x32, heard.Header & 0xF7);
                    var topic = Encoding.UTF8.GetString(heard.Body, 2, heard.Body[0] << 8 | heard.Body[1]);
                    await connection.Send(RawMqtt.PubAck((ushort)(heard.Body[2 + topic.Length] << 8 | heard.Body[3 + topic.Length])));
                    var name = "messages/" + topic["m2m/mailbox/".Length..];
                    if (Answered.ContainsKey(name) || _results.ContainsValue(name)) continue;
                    _packet = (ushort)(_packet % 1000 + 1);
                    _results.Add(_packet, name);
                    await connection.Send(Result(name, _packet, dup: false));
                }
            }
            catch (Exception broken) when (broken is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // The node was killed, and the device comes back; or the test ends.
            }
        }
    }

    private static byte[] Result(string message, ushort packet, bool dup) =>
        RawMqtt.Publish($"m2m/mailbox/{message["messages/".Length..]}/result", """{"result":"ok","payload":"done"}""", id: packet, dup: dup);
}
