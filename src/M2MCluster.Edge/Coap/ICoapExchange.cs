using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Messaging;

namespace M2MCluster.Edge.Coap;

/// <summary>Who sent a message and hears, under the shard's lock, what became of it.</summary>
internal interface ICoapExchange
{
    void Responded(CoapMessage response);

    void Acknowledged();

    void Failed(CoapFailure failure);
}
