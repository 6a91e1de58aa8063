using CsCheck;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Messaging;

namespace M2MCluster.Protocols.Tests.Coap;

/// <summary>Two layers over a wire that loses, doubles and reorders: whatever happens, a request is handled at most once, and told once.</summary>
public sealed class LossyWireTests
{
    [Fact]
    public void Send_OverALossyWire_IsHandledAtMostOnceAndEndsOnce() => Gen.Int.Sample(seed => Play(seed, loss: 0.3), iter: 300);

    [Fact]
    public void Send_OverAWireThatOnlyReorders_AlwaysSucceeds() => Gen.Int.Sample(seed => Assert.Equal(20, Play(seed, loss: 0)), iter: 100);

    private static int Play(int seed, double loss)
    {
        var random = new Random(seed);
        var wire = new PriorityQueue<(bool ToServer, byte[] Datagram), long>();
        long now = 0;
        var client = new Wired(to => Put(true, to));
        var server = new Wired(to => Put(false, to));
        client.Layer = new(CoapTransmission.Default, client, random);
        server.Layer = new(CoapTransmission.Default, server, random);
        for (byte i = 0; i < 10; i++) client.Layer.Send("server", new CoapMessage(CoapCode.Post, new[] { i }), 0);
        for (byte i = 10; i < 20; i++) client.Layer.Send("server", new CoapMessage(CoapCode.Post, new[] { i }), 0, confirmable: false);
        for (; now < 2_000_000; now += 50)
        {
            client.Layer.Advance(now);
            server.Layer.Advance(now);
            while (wire.TryPeek(out var next, out var due) && due <= now)
            {
                wire.Dequeue();
                (next.ToServer ? server : client).Layer!.Receive(next.ToServer ? "client" : "server", next.Datagram, now);
            }

            server.AnswerSome(random, now);
        }

        Assert.Equal(server.Handled.Count, server.Handled.Distinct().Count());
        Assert.Equal(20, client.Ended.Count);
        Assert.Equal(20, client.Ended.Distinct().Count());
        Assert.All(client.Succeeded, payload => Assert.Contains(payload, server.Handled));
        Assert.Null(client.Layer.NextDue);
        return client.Succeeded.Count;

        void Put(bool toServer, byte[] datagram)
        {
            if (random.NextDouble() >= loss) wire.Enqueue((toServer, datagram), now + random.Next(1, 500));
            if (random.NextDouble() < loss) wire.Enqueue((toServer, datagram), now + random.Next(1, 3_000));
        }
    }

    private sealed class Wired(Action<byte[]> put) : ICoapLayerEvents<string>
    {
        private readonly List<CoapIncoming<string>> _open = [];

        public CoapMessageLayer<string>? Layer { get; set; }

        public List<byte> Handled { get; } = [];

        public List<byte> Ended { get; } = [];

        public List<byte> Succeeded { get; } = [];

        public void AnswerSome(Random random, long now)
        {
            foreach (var incoming in _open.ToArray())
            {
                if (random.Next(4) == 0) Layer!.Acknowledge(incoming);
                if (random.Next(4) != 0) continue;
                _open.Remove(incoming);
                Layer!.Reply(incoming, new CoapMessage(CoapCode.Changed), now);
            }
        }

        public void Transmit(string peer, ReadOnlyMemory<byte> datagram) => put(datagram.ToArray());

        public void RequestReceived(CoapIncoming<string> incoming)
        {
            Handled.Add(incoming.Request!.Payload.Span[0]);
            _open.Add(incoming);
        }

        public void ResponseReceived(CoapOutgoing<string> outgoing, CoapMessage response)
        {
            Ended.Add(outgoing.Message.Payload.Span[0]);
            Succeeded.Add(outgoing.Message.Payload.Span[0]);
        }

        public void Acknowledged(CoapOutgoing<string> outgoing)
        {
        }

        public void Failed(CoapOutgoing<string> outgoing, CoapFailure failure)
        {
            if (outgoing.Message.Code.IsRequest) Ended.Add(outgoing.Message.Payload.Span[0]);
        }
    }
}
