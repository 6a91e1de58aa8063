namespace M2MCluster.Contracts.Sessions;

/// <summary>What can be done over a channel.</summary>
[Flags]
public enum ChannelTraits
{
    None = 0,
    /// <summary>Messages are pushed whole (an MQTT session subscribed to its mailbox).</summary>
    Messages = 1,
    /// <summary>Messages that carry a command are pushed as requests (a CoAP server).</summary>
    Requests = 2,
    /// <summary>The object is told that its mailbox changed, and fetches (a CoAP observer).</summary>
    Notices = 4,
    /// <summary>It costs extra: only for messages whose policy names this bearer.</summary>
    OnDemand = 8,
}
