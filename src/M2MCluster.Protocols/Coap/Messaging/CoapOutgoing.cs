namespace M2MCluster.Protocols.Coap.Messaging;

/// <summary>A message on its way out: a request, a separate response, a notification or a ping.</summary>
public sealed class CoapOutgoing<TPeer>
{
    internal CoapOutgoing(TPeer peer, CoapMessage message, object? context, long responseTimeout, int priority)
    {
        Peer = peer;
        Message = message;
        Context = context;
        ResponseTimeout = responseTimeout;
        Priority = priority;
    }

    public TPeer Peer { get; }

    public CoapMessage Message { get; }

    /// <summary>What the sender handed in, to know the message again.</summary>
    public object? Context { get; }

    public CoapOutgoingState State { get; internal set; }

    /// <summary>0 before the first retransmission.</summary>
    public int Retransmissions { get; internal set; }

    /// <summary>The higher one leaves first, where several wait for the peer.</summary>
    public int Priority { get; }

    internal long ResponseTimeout { get; }

    internal byte[] Datagram { get; set; } = [];

    /// <summary>When to retransmit or to give up.</summary>
    internal long Due { get; set; }

    internal long Backoff { get; set; }
}
