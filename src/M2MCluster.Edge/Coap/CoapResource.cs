namespace M2MCluster.Edge.Coap;

/// <summary>What a path names.</summary>
internal enum CoapResource
{
    None,
    WellKnown,
    Directory,
    Registration,
    Reports,
    Mailbox,
    NextMessage,
    Message,
    Time,
    Config,
    Radio,
    Peers,
    Bootstrap,
}
