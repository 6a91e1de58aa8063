using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Edge.Mqtt;

/// <summary>The messages that were published to a client and that it has not yet acknowledged, by packet id. Bounded; thread-safe.</summary>
internal sealed class MqttOutbox(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ushort, Delivery> _pending = [];
    private ushort _last;

    /// <summary>
    /// Takes a delivery in and gives it a free packet id. A message that is under way on this connection already is not published again (section 4.4 forbids it): its
    /// acknowledgement, when it comes, settles the later attempt.
    /// </summary>
    public MqttOutboxEntry Add(Delivery delivery, out ushort packetId)
    {
        lock (_lock)
        {
            packetId = _pending.FirstOrDefault(pending => pending.Value.Message.Id == delivery.Message.Id).Key;
            if (packetId != 0)
            {
                _pending[packetId] = delivery;
                return MqttOutboxEntry.UnderWay;
            }

            if (_pending.Count >= capacity) return MqttOutboxEntry.Full;
            do
            {
                _last = _last == ushort.MaxValue ? (ushort)1 : (ushort)(_last + 1);
            }
            while (_pending.ContainsKey(_last));

            packetId = _last;
            _pending.Add(packetId, delivery);
            return MqttOutboxEntry.New;
        }
    }

    /// <summary>Takes out what the client acknowledged; null for an id that is not under way.</summary>
    public Delivery? Remove(ushort packetId)
    {
        lock (_lock) return _pending.Remove(packetId, out var delivery) ? delivery : null;
    }
}
