using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Edge.Coap;

/// <summary>Makes the channels that are left with grains. The edge's reference is there once the edge has started.</summary>
internal sealed class CoapChannels(ISilos silos)
{
    private IDownlink? _edge;

    public void Open(IDownlink edge) => _edge = edge;

    /// <summary>A channel with these traits and those that the session has already.</summary>
    public Channel For(CoapSession session, ChannelTraits traits)
    {
        if (session.ServesRequests) traits |= ChannelTraits.Requests;
        if (session.Observations.Count > 0) traits |= ChannelTraits.Notices;
        return new Channel(_edge ?? throw new InvalidOperationException("The edge has not started."), session.Name, Bearer.Coap, traits, silos.Local);
    }
}
