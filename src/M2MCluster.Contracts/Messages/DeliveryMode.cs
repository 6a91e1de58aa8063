namespace M2MCluster.Contracts.Messages;

/// <summary>How a message to a group reaches its members (4.3).</summary>
public enum DeliveryMode
{
    /// <summary>Not said: one object, or each member of a group by itself.</summary>
    Unspecified = 0,
    /// <summary>Each member by itself.</summary>
    Unicast = 1,
    /// <summary>Every member; those behind one gateway by one downlink.</summary>
    Multicast = 2,
    /// <summary>One member, whichever takes it first.</summary>
    Anycast = 3,
    /// <summary>Every member, as <see cref="Multicast"/> wherever that is possible.</summary>
    Broadcast = 4,
}
