namespace M2MCluster.Grains.Commit;

/// <summary>Called by the pipeline after a commit, once for each feed that grew.</summary>
public interface IFeedHints
{
    void Published(string feed);
}
