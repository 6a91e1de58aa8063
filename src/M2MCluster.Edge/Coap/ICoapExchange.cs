using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Messaging;

namespace M2MCluster.Edge.Coap;

/// <summary>Who sent a message and hears, under the shard's lock, what became of it.</summary>
internal interface ICoapExchange
{
    /// <summary>Whether a separate response may be the one to what was sent last: an exchange of several requests has one token.</summary>
    bool Awaits(CoapMessage response) => true;

    void Responded(CoapMessage response);

    void Acknowledged();

    void Failed(CoapFailure failure);
}
