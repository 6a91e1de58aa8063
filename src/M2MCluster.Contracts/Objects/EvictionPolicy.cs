namespace M2MCluster.Contracts.Objects;

/// <summary>What a full mailbox does with one message more.</summary>
public enum EvictionPolicy
{
    /// <summary>Evicts the oldest messages of strictly lower priority; if that makes no room, refuses the new one.</summary>
    LowerPriority = 0,
    /// <summary>Refuses the new one.</summary>
    Refuse = 1,
    /// <summary>Evicts the oldest of the lowest priority, as long as that is not above the new one's.</summary>
    Oldest = 2,
}
