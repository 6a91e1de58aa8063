namespace M2MCluster.Contracts.Messages;

/// <summary>In which order a group's members get what is sent to them.</summary>
public enum MemberOrder
{
    /// <summary>By their ids.</summary>
    ById = 0,

    /// <summary>As chance has it.</summary>
    Random = 1,

    /// <summary>Those of one group in the group after those of another, and within each as chance has it; those of no group in it come first.</summary>
    ByGroup = 2,
}
