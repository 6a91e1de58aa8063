using M2MCluster.Contracts.Events;

namespace M2MCluster.FrontDoor.Webhooks;

/// <summary>
/// One partition of a webhook's feed, as far as it was read: a window of events, of which each object's go out one after the other, and
/// the acknowledgement follows the first that is not done. Not thread-safe.
/// </summary>
internal sealed class WebhookLane
{
    /// <summary>Events read and not yet acknowledged.</summary>
    public const int Window = 256;

    private readonly LinkedList<(FeedEvent Event, bool[] Done)> _window = [];
    private readonly Dictionary<string, Queue<(FeedEvent Event, bool[] Done)>> _bySubject = [];

    public bool IsFull => _window.Count >= Window;

    /// <summary>Takes an event in; whether its object has no other under way, so that it can go out at once.</summary>
    public bool Add(FeedEvent item)
    {
        var entry = (item, new bool[1]);
        _window.AddLast(entry);
        if (_bySubject.TryGetValue(item.Subject, out var queue))
        {
            queue.Enqueue(entry);
            return false;
        }

        _bySubject[item.Subject] = new([entry]);
        return true;
    }

    /// <summary>The object's event that goes out now.</summary>
    public FeedEvent Current(string subject) => _bySubject[subject].Peek().Event;

    /// <summary>The object's current event was accepted. Returns whether it has another.</summary>
    public bool Complete(string subject)
    {
        var queue = _bySubject[subject];
        queue.Dequeue().Done[0] = true;
        if (queue.Count > 0) return true;
        _bySubject.Remove(subject);
        return false;
    }

    /// <summary>Moves the cursor over all that is done without a gap.</summary>
    public FeedCursor Acknowledge(FeedCursor cursor)
    {
        while (_window.First is { } first && first.Value.Done[0])
        {
            cursor = cursor.Past(first.Value.Event.Position);
            _window.RemoveFirst();
        }

        return cursor;
    }
}
