namespace M2MCluster.Contracts.Messages;

/// <summary>What is special about a member's part of a group's message.</summary>
[Flags]
public enum PartTraits
{
    None = 0,
    /// <summary>Its end has no event of its own.</summary>
    Quiet = 1,
    /// <summary>Another member gets it if this one does not take it: what is done with it is written down first.</summary>
    Anycast = 2,
    /// <summary>It was handed to a bearer or fetched: the member may have it.</summary>
    Tried = 4,
    /// <summary>It went out to many at once, by one datagram to a group address; alone it goes only to a member that did not answer that.</summary>
    Cast = 8,
}
