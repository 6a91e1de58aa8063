namespace M2MCluster.Contracts.Groups;

public enum CampaignPhase
{
    /// <summary>Members are being sent their parts.</summary>
    Running = 1,
    /// <summary>The first ones have theirs, and their outcomes are awaited.</summary>
    Canary = 2,
    Paused = 3,
    /// <summary>The rest is not sent; its members' parts are being ended.</summary>
    Stopping = 4,
    /// <summary>Every member has a part; outcomes are awaited.</summary>
    Dispatched = 5,
    Ended = 6,
}
