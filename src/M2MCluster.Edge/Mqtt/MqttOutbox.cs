using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Edge.Mqtt;

/// <summary>
/// The messages that were published to a client and that it has not yet acknowledged, by packet id, and those that wait until it takes more: the highest priority first, then
/// the one that came first. Both are bounded. Thread-safe.
/// </summary>
internal sealed class MqttOutbox(int capacity)
{
    /// <summary>A gateway's children share its session; more than this many messages wait in their mailboxes.</summary>
    private const int MostWaiting = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<ushort, Delivery> _pending = [];
    private readonly List<Delivery> _waiting = [];
    private ushort _last;

    /// <summary>
    /// Takes a delivery in and gives it a free packet id. A message that is under way on this connection already is not published again (section 4.4 forbids it): its
    /// acknowledgement, when it comes, settles the later attempt.
    /// </summary>
    /// <param name="refused">With <see cref="MqttOutboxEntry.Full"/>, the delivery that has no room: this one, or one of lower priority that gave way to it.</param>
    public MqttOutboxEntry Add(Delivery delivery, out ushort packetId, out Delivery? refused)
    {
        lock (_lock)
        {
            refused = null;
            packetId = _pending.FirstOrDefault(pending => pending.Value.Message.Id == delivery.Message.Id).Key;
            if (packetId != 0)
            {
                _pending[packetId] = delivery;
                return MqttOutboxEntry.UnderWay;
            }

            _waiting.RemoveAll(waiting => waiting.Message.Id == delivery.Message.Id);
            if (_pending.Count < capacity)
            {
                packetId = Take(delivery);
                return MqttOutboxEntry.New;
            }

            var place = _waiting.FindIndex(waiting => waiting.Message.Priority < delivery.Message.Priority);
            _waiting.Insert(place < 0 ? _waiting.Count : place, delivery);
            if (_waiting.Count <= MostWaiting) return MqttOutboxEntry.Waiting;
            refused = _waiting[^1];
            _waiting.RemoveAt(_waiting.Count - 1);
            return MqttOutboxEntry.Full;
        }
    }

    /// <summary>Takes out what the client acknowledged; null for an id that is not under way.</summary>
    public Delivery? Remove(ushort packetId)
    {
        lock (_lock) return _pending.Remove(packetId, out var delivery) ? delivery : null;
    }

    /// <summary>The delivery that goes next, with a packet id, if the client takes one more; null if it does not, or none waits.</summary>
    /// <param name="now">What has expired meanwhile is passed over.</param>
    public Delivery? Next(DateTimeOffset now, out ushort packetId)
    {
        lock (_lock)
        {
            packetId = 0;
            _waiting.RemoveAll(waiting => waiting.Message.ExpiresAt <= now);
            if (_waiting.Count == 0 || _pending.Count >= capacity) return null;
            var delivery = _waiting[0];
            _waiting.RemoveAt(0);
            packetId = Take(delivery);
            return delivery;
        }
    }

    /// <summary>Nothing that waits for this object goes any more: it waits in its mailbox. What is under way is not taken back.</summary>
    public void Withdraw(string objectId)
    {
        lock (_lock) _waiting.RemoveAll(waiting => waiting.ObjectId == objectId);
    }

    private ushort Take(Delivery delivery)
    {
        do
        {
            _last = _last == ushort.MaxValue ? (ushort)1 : (ushort)(_last + 1);
        }
        while (_pending.ContainsKey(_last));

        _pending.Add(_last, delivery);
        return _last;
    }
}
