using System.Collections.Concurrent;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary>The sessions of this edge, by name and by object. Thread-safe.</summary>
internal sealed class MqttSessions
{
    private readonly ConcurrentDictionary<string, MqttSession> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MqttSession> _byObject = new(StringComparer.Ordinal);

    /// <param name="name">A session's name, or that of a child's channel over it.</param>
    /// <param name="child">The child, in the second case.</param>
    public MqttSession? Find(string name, out string? child)
    {
        var end = name.IndexOf(MqttSession.ChildSeparator, StringComparison.Ordinal);
        child = end < 0 ? null : name[(end + 1)..];
        return _byName.GetValueOrDefault(end < 0 ? name : name[..end]);
    }

    public int Count => _byName.Count;

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

    public MqttSession[] All() => [.. _byName.Values];

    public void EndAll(MqttDisconnectReasonCode reason)
    {
        foreach (var session in _byName.Values) session.End(reason);
    }
}
