namespace M2MCluster.Protocols.Coap;

/// <summary>Option numbers of the IANA registry that this platform knows. An odd number is critical (RFC 7252 section 5.4.6).</summary>
public static class CoapOptionNumber
{
    public const int IfMatch = 1;
    public const int UriHost = 3;
    public const int ETag = 4;
    public const int IfNoneMatch = 5;

    /// <summary>RFC 7641.</summary>
    public const int Observe = 6;
    public const int UriPort = 7;
    public const int LocationPath = 8;

    /// <summary>RFC 8613.</summary>
    public const int Oscore = 9;
    public const int UriPath = 11;
    public const int ContentFormat = 12;

    /// <summary>Seconds.</summary>
    public const int MaxAge = 14;
    public const int UriQuery = 15;

    /// <summary>RFC 8768.</summary>
    public const int HopLimit = 16;
    public const int Accept = 17;
    public const int LocationQuery = 20;

    /// <summary>RFC 7959.</summary>
    public const int Block2 = 23;

    /// <summary>RFC 7959.</summary>
    public const int Block1 = 27;

    /// <summary>RFC 7959, bytes.</summary>
    public const int Size2 = 28;
    public const int ProxyUri = 35;
    public const int ProxyScheme = 39;

    /// <summary>Bytes.</summary>
    public const int Size1 = 60;

    /// <summary>RFC 9175.</summary>
    public const int Echo = 252;

    /// <summary>RFC 7967.</summary>
    public const int NoResponse = 258;

    /// <summary>RFC 9175.</summary>
    public const int RequestTag = 292;

    /// <summary>
    /// Of this platform, in the range for experiments, elective and safe to forward: the command that a fetched message is, as
    /// <c>METHOD /path?query</c>.
    /// </summary>
    public const int Command = 65000;

    /// <summary>
    /// Of this platform, in the range for experiments, safe to forward and critical: a message or request is part of a transaction, as <c>prepare ID</c>,
    /// <c>commit ID</c> or <c>rollback ID</c>. Who does not know it refuses it (RFC 7252 section 5.4.1), and does not do at once what is to be prepared.
    /// </summary>
    public const int Transaction = 65001;

    /// <summary>
    /// As the command, elective: how many messages wait for who asked by the query <c>more</c>, after this exchange. 0: nothing more comes, and the radio may go off.
    /// </summary>
    public const int Waiting = 65004;

    /// <summary>As the command, elective: the id of the object that sent the message.</summary>
    public const int From = 65008;
}
