namespace M2MCluster.Grains.Commit;

/// <summary>
/// Tells an active object that others wrote messages for it, without a call that would wake a sleeper. Costs a look-up in memory.
/// Only objects that were read or asked for are followed, so that a campaign to millions of sleepers leaves nothing in memory.
/// Thread-safe.
/// </summary>
public interface IInbox
{
    /// <summary>
    /// Whether inbox rows for the object were committed, on any node, since the last time this was asked or
    /// <see cref="IStateReader.ReadObjectAsync"/> read it; asking clears it. News of another node's commit may come a moment later.
    /// </summary>
    bool TakeNews(string objectId);

    /// <summary>Whether <see cref="TakeNews"/> would say so; the news stays.</summary>
    bool HasNews(string objectId);

    /// <summary>Whether the object was read or asked for here, and not forgotten since: it is active on this silo, or about to be.</summary>
    bool Follows(string objectId);

    /// <summary>The object is not active here any more.</summary>
    void Forget(string objectId);
}
