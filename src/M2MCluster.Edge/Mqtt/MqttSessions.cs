using System.Collections.Concurrent;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary>The sessions of this edge, by name and by object. Thread-safe.</summary>
internal sealed class MqttSessions
{
    private readonly ConcurrentDictionary<string, MqttSession> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MqttSession> _byObject = new(StringComparer.Ordinal);

    public MqttSession? Find(string name) => _byName.GetValueOrDefault(name);

    public void Add(MqttSession session) => _byName[session.Name] = session;

    /// <summary>
    /// Makes the session the object's own on this edge. Of two sessions the one that the grain attached later stays and the other is told that it was taken over; the grain
    /// says the same to sessions on other nodes.
    /// </summary>
    public void Claim(MqttSession session)
    {
        while (true)
        {
            var held = _byObject.GetOrAdd(session.ObjectId, session);
            if (held == session) return;
            if (held.Epoch > session.Epoch)
            {
                session.End(MqttDisconnectReasonCode.SessionTakenOver);
                return;
            }

            if (!_byObject.TryUpdate(session.ObjectId, session, held)) continue;
            held.End(MqttDisconnectReasonCode.SessionTakenOver);
            return;
        }
    }

    public void Remove(MqttSession session)
    {
        _byName.TryRemove(new(session.Name, session));
        _byObject.TryRemove(new(session.ObjectId, session));
    }

    public void EndAll(MqttDisconnectReasonCode reason)
    {
        foreach (var session in _byName.Values) session.End(reason);
    }
}
