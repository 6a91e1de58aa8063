namespace M2MCluster.Grains.Commit;

/// <summary>
/// Tells an active object that others wrote messages for it, without a call that would wake a sleeper. Costs a look-up in memory.
/// </summary>
public interface IInbox
{
    /// <summary>Whether inbox rows for the object were committed since the last time this was asked; asking clears it.</summary>
    bool TakeNews(string objectId);
}
