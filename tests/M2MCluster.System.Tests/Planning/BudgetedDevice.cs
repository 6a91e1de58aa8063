using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using M2MCluster.System.Tests.Clustering;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Planning;

/// <summary>Listens over MQTT, acknowledges, and keeps what came when. If its connection ends it goes to the next silo, as a device behind a load balancer would.</summary>
internal sealed class BudgetedDevice : IAsyncDisposable
{
    private const int PublishType = 0x30;
    private const string Topic = "m2m/mailbox/";
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _ends = new();
    private readonly IReadOnlyList<HostProcess> _silos;
    private readonly Task _run;
    private RawMqtt? _session;

    /// <param name="first">Where it goes first, by its place.</param>
    public BudgetedDevice(string id, string cell, IReadOnlyList<HostProcess> silos, int first)
    {
        (Id, Cell, _silos) = (id, cell, silos);
        _run = RunAsync(first);
    }

    public string Id { get; }

    public string Cell { get; }

    /// <summary>What came, in order: when, and the message's id.</summary>
    public ConcurrentQueue<(DateTimeOffset At, string Message)> Arrivals { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        _session?.Dispose();
        await _run;
        _ends.Dispose();
    }

    private async Task RunAsync(int silo)
    {
        for (; !_ends.IsCancellationRequested; silo++)
        {
            try
            {
                using var session = await RawMqtt.Open(_silos[silo % _silos.Count].MqttPort);
                _session = session;
                await session.Send(RawMqtt.Connect(Id, version: 5));
                if ((await session.Read(TimeSpan.FromSeconds(30)))?.Body is not [_, 0, ..]) continue;
                await session.Send(RawMqtt.Subscribe(1, "m2m/mailbox/#", version: 5));
                while (await session.Read(Quiet) is { } packet) await HearAsync(session, packet);
            }
            catch (Exception gone) when (gone is SocketException or IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
            {
                await Task.Delay(Pause, _ends.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task HearAsync(RawMqtt session, (byte Header, byte[] Body) packet)
    {
        if ((packet.Header & 0xF0) != PublishType) return;
        var topic = Encoding.UTF8.GetString(packet.Body, 2, (packet.Body[0] << 8) | packet.Body[1]);
        Arrivals.Enqueue((DateTimeOffset.UtcNow, topic[Topic.Length..]));
        await session.AcknowledgeAsync(packet);
    }
}
