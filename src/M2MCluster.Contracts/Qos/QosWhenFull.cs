namespace M2MCluster.Contracts.Qos;

/// <summary>What becomes of who asks for more of a network than is there (6.4).</summary>
public enum QosWhenFull
{
    /// <summary>It gets less, or goes as all that asks for nothing, and hears of it.</summary>
    Degrade = 0,
    /// <summary>It is refused.</summary>
    Block = 1,
}
