using System.Net;
using System.Net.Sockets;
using System.Text;
using M2MCluster.Cli.Load;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Cli.Tests;

public sealed class LoadEngineTests
{
    private static readonly LoadReport Report = new("load-test-", 100);

    private static LoadSettings Settings(LoadBearer bearer, EndPoint target, double rate = 0) => new()
    {
        Target = (IPEndPoint)target, Bearer = bearer, Devices = 8, Sockets = 2, Rate = rate, InFlight = 16,
        WarmUp = TimeSpan.Zero, Duration = TimeSpan.FromSeconds(rate > 0 ? 1 : 0.3), PayloadSize = 100, Log = null, Notified = false,
    };

    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    public void Run_Coap_EveryReportIsAcknowledgedOnceAndDifferent(double rate)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var names = new HashSet<string>();
        var serving = new Thread(() => Serve(server, names, dropFirst: 0)) { IsBackground = true };
        serving.Start();

        var clock = new LoadClock(TimeProvider.System);
        using var lane = new CoapLoadLane((IPEndPoint)server.LocalEndPoint!, Report, clock.Ticks(TimeSpan.FromSeconds(2)));
        var engine = new LoadEngine(Settings(LoadBearer.Coap, server.LocalEndPoint!, rate), [lane], clock, null, null);
        engine.Run(CancellationToken.None);

        Assert.Equal(engine.Sent, engine.AcknowledgedCount);
        Assert.Equal(engine.Sent, names.Count);
        Assert.Equal(0, lane.InFlight);
        // Of a second. A busy machine may not let it run for most of that.
        if (rate > 0) Assert.InRange(engine.Sent, 0.1 * rate, rate);
    }

    [Fact]
    public void Run_CoapAnswerLost_SendsTheSameAgain()
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var names = new HashSet<string>();
        new Thread(() => Serve(server, names, dropFirst: 3)) { IsBackground = true }.Start();

        var clock = new LoadClock(TimeProvider.System);
        using var lane = new CoapLoadLane((IPEndPoint)server.LocalEndPoint!, Report, clock.Ticks(TimeSpan.FromMilliseconds(50)));
        var engine = new LoadEngine(Settings(LoadBearer.Coap, server.LocalEndPoint!), [lane], clock, null, null);
        engine.Run(CancellationToken.None);

        Assert.True(engine.Retransmissions >= 3);
        Assert.Equal(engine.Sent, engine.AcknowledgedCount);
        Assert.Equal(engine.Sent, names.Count);
    }

    [Fact]
    public void Publish_Template_IsAPacketWithItsFieldsWhereTold()
    {
        var packet = MqttBytes.Publish("m2m/reports", "application/senml+json", "AAAAAAAA", Report.Payload, out var packetIdAt, out var idAt);
        Assert.True(MqttBytes.TryFrame(packet, out var frame, out var body));
        Assert.Equal(packet.Length, frame);
        Assert.Equal("m2m/reports", Encoding.ASCII.GetString(packet, body + 2, 11));
        Assert.Equal(body + 2 + 11, packetIdAt);
        Assert.Equal("AAAAAAAA", Encoding.ASCII.GetString(packet, idAt, 8));
        Assert.Equal(Report.Payload, packet[^Report.Payload.Length..]);
    }

    [Fact]
    public void TryFrame_AnyTruncation_IsNotWhole()
    {
        var packet = MqttBytes.Publish("t", "text/plain", "AAAAAAAA", new byte[300], out _, out _);
        for (var length = 0; length < packet.Length; length++) Assert.False(MqttBytes.TryFrame(packet.AsSpan(0, length), out _, out _));
    }

    private static void Serve(Socket server, HashSet<string> names, int dropFirst)
    {
        var buffer = new byte[2048];
        EndPoint peer = new IPEndPoint(IPAddress.Loopback, 0);
        try
        {
            while (true)
            {
                var length = server.ReceiveFrom(buffer, ref peer);
                if (CoapDecoder.Decode(buffer.AsMemory(0, length), out var request, out _) != CoapDecodeStatus.Ok) continue;
                if (dropFirst-- > 0) continue;
                names.Add(request.Options.GetQuery("id"u8)!);
                server.SendTo(CoapEncoder.Encode(new CoapMessage(CoapCode.Changed) { Type = CoapType.Acknowledgement, MessageId = request.MessageId, Token = request.Token }), peer);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The test closed the socket.
        }
    }
}
