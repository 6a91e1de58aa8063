using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Messaging;

namespace M2MCluster.Protocols.Tests.Coap;

/// <summary>Notes what a layer tells its owner, and plays the wire to another layer.</summary>
internal sealed class RecordedEvents : ICoapLayerEvents<string>
{
    public List<byte[]> Sent { get; } = [];

    public List<CoapIncoming<string>> Requests { get; } = [];

    public List<(CoapOutgoing<string> To, CoapMessage Response)> Responses { get; } = [];

    public List<CoapOutgoing<string>> Acknowledgements { get; } = [];

    public List<(CoapOutgoing<string> Of, CoapFailure Failure)> Failures { get; } = [];

    /// <summary>The last datagram, decoded.</summary>
    public CoapMessage LastSent
    {
        get
        {
            CoapDecoder.Decode(Sent[^1], out var message, out _);
            return message;
        }
    }

    public void Transmit(string peer, ReadOnlyMemory<byte> datagram) => Sent.Add(datagram.ToArray());

    public void RequestReceived(CoapIncoming<string> incoming) => Requests.Add(incoming);

    public void ResponseReceived(CoapOutgoing<string> outgoing, CoapMessage response) => Responses.Add((outgoing, response));

    public void Acknowledged(CoapOutgoing<string> outgoing) => Acknowledgements.Add(outgoing);

    public void Failed(CoapOutgoing<string> outgoing, CoapFailure failure) => Failures.Add((outgoing, failure));
}
