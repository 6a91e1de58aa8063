using System.Collections.Concurrent;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Storage.Commit;

internal sealed class Inbox : IInbox
{
    private readonly ConcurrentDictionary<string, bool> _news = new(StringComparer.Ordinal);

    /// <summary>From now on the object is followed, with no news yet; to be called before its messages are read.</summary>
    public void Follow(string objectId) => _news[objectId] = false;

    /// <summary>There are new rows for the object.</summary>
    public void Tell(string objectId)
    {
        if (_news.TryGetValue(objectId, out var told) && !told) _news.TryUpdate(objectId, true, false);
    }

    /// <summary>News may have been missed: everyone is to look.</summary>
    public void TellAll()
    {
        foreach (var (objectId, _) in _news) Tell(objectId);
    }

    public bool TakeNews(string objectId)
    {
        if (!_news.TryGetValue(objectId, out var told)) return !_news.TryAdd(objectId, false);
        return told && _news.TryUpdate(objectId, false, true);
    }

    public bool HasNews(string objectId) => _news.GetOrAdd(objectId, false);

    public bool Follows(string objectId) => _news.ContainsKey(objectId);

    public void Forget(string objectId) => _news.TryRemove(objectId, out _);
}
