using M2MCluster.Protocols.Coap;

namespace M2MCluster.Device.Coap;

/// <summary>A request before it is cut into messages.</summary>
internal sealed record CoapRequest(CoapCode Method, string Path)
{
    public IReadOnlyList<(string Name, string Value)> Queries { get; init; } = [];

    public string? ContentType { get; init; }

    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>It goes out though new requests wait.</summary>
    public bool Passes { get; init; }

    /// <summary>Its queries tell who asks, since the platform may not know by the session yet.</summary>
    public bool SaysWhoAsks => Queries.Any(query => query.Name == "ep");

    /// <summary>Asks how many messages wait still.</summary>
    public bool AsksForMore { get; init; }

    /// <summary>A message with everything but the payload; the Echo value if the platform asked for one (RFC 9175).</summary>
    public CoapMessage ToMessage(ReadOnlyMemory<byte>? echo)
    {
        var message = new CoapMessage(Method);
        message.Options.AddPath(Path);
        foreach (var (name, value) in Queries) message.Options.AddQuery(name, value);
        if (AsksForMore) message.Options.Add(CoapOptionNumber.UriQuery, "more");
        if (CoapContentFormat.OfMediaType(ContentType) is { } format) message.Options.Add(CoapOptionNumber.ContentFormat, (uint)format);
        if (echo is { } value2) message.Options.Add(CoapOptionNumber.Echo, value2);
        return message;
    }
}
