using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Edge.Coap;

/// <summary>
/// One peer, whatever carries it: where it speaks from, who it is, and how well that is proved. The shard's lock guards everything but
/// <see cref="Identity"/>, which is set and read whole.
/// </summary>
internal abstract class CoapSession(CoapShard shard, string name, Strength strength)
{
    public CoapShard Shard { get; } = shard;

    /// <summary>The edge's name of the session: the remote address, which outlives the process.</summary>
    public string Name { get; } = name;

    public Strength Strength { get; } = strength;

    /// <summary>Proved, or claimed by a registration; null while the peer has not said.</summary>
    public string? Identity { get; set; }

    /// <summary>Whether a request of the peer has succeeded.</summary>
    public bool IsKnown { get; set; }

    /// <summary>Whether the peer registered links, so that requests go to it.</summary>
    public bool ServesRequests { get; set; }

    /// <summary>Bytes of the largest datagram to the peer, as it registered; null: any.</summary>
    public int? MaxDatagram { get; set; }

    /// <summary>Null until it matters; see <see cref="ReportIngress"/>.</summary>
    public SpeakerKind? Kind { get; set; }

    public List<MailboxObservation> Observations { get; } = [];

    public TokenBucket Requests { get; } = new();

    /// <summary>
    /// Whether what goes over it is protected, by which an answer is bound to its request through the token only: then none is used twice (RFC 9175 section 4.2).
    /// </summary>
    public virtual bool IsProtected => false;

    /// <summary>Sends one datagram; a network that refuses it is as one that loses it.</summary>
    public abstract void Transmit(ReadOnlyMemory<byte> datagram);

    public Speaker Speak(string objectId) => new(objectId, Strength, Bearer.Coap, Name);
}
