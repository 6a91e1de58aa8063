namespace M2MCluster.Grains.Commit;

/// <summary>The way to disk for the parts of thousands of members at once, beside the turns of single grains, whose commits do not wait for it noticeably.</summary>
public interface ICampaignCommit
{
    /// <summary>Parts that one set takes at most.</summary>
    int MostParts { get; }

    /// <summary>
    /// As <see cref="ICommitPipeline.CommitAsync"/>, for a set that has a state, messages that were not there before, due times and inboxes, and nothing else.
    /// </summary>
    /// <exception cref="StaleVersionException">Another activation wrote the state first; nothing of the set is stored.</exception>
    /// <exception cref="Contracts.M2MException"><see cref="Contracts.ErrorCode.Unavailable"/>, as <see cref="ICommitPipeline.CommitAsync"/>.</exception>
    ValueTask CommitAsync(WriteSet set);
}
