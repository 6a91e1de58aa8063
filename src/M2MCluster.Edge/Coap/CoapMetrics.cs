using System.Diagnostics.Metrics;
using M2MCluster.Contracts.Metering;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Edge.Coap;

/// <summary>What the CoAP edge counts.</summary>
internal sealed class CoapMetrics
{
    public const string MeterName = "M2MCluster.Edge.Coap";

    private static readonly CoapCode[] Codes =
    [
        CoapCode.Created, CoapCode.Deleted, CoapCode.Valid, CoapCode.Changed, CoapCode.Content, CoapCode.Continue,
        CoapCode.BadRequest, CoapCode.Unauthorized, CoapCode.BadOption, CoapCode.Forbidden, CoapCode.NotFound, CoapCode.MethodNotAllowed, CoapCode.NotAcceptable,
        CoapCode.RequestEntityIncomplete, CoapCode.Conflict, CoapCode.PreconditionFailed, CoapCode.RequestEntityTooLarge, CoapCode.UnsupportedContentFormat,
        CoapCode.UnprocessableEntity, CoapCode.TooManyRequests,
        CoapCode.InternalServerError, CoapCode.NotImplemented, CoapCode.ServiceUnavailable, CoapCode.ProxyingNotSupported, CoapCode.HopLimitReached,
    ];

    private static readonly int[] Places = PlacesOfCodes();

    private readonly CounterSet _answers;
    private readonly CounterSet _dropped;
    private readonly CounterSet _casts;
    private readonly CounterSet _castAnswers;

    public CoapMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _answers = new CounterSet(meter, "m2m.coap.answers", "{answer}", "Answers to requests, by code", ("code", [.. Codes.Select(code => code.ToString()), "other"]));
        _dropped = new CounterSet(meter, "m2m.coap.dropped", "{datagram}", "Datagrams lost because every queue was full");
        _casts = new CounterSet(meter, "m2m.coap.group.requests", "{datagram}", "Datagrams sent to group addresses");
        _castAnswers = new CounterSet(meter, "m2m.coap.group.answers", "{answer}", "Answers to these, by whether they came from a member that was asked", ("by", ["member", "other"]));
    }

    /// <summary>A datagram went to a group address.</summary>
    public void Cast() => _casts.Add();

    public void CastAnswered(bool byMember) => _castAnswers.Add(row: byMember ? 0 : 1);

    public void Answered(CoapCode code) => _answers.Add(row: Places[code.Value]);

    public void Dropped() => _dropped.Add();

    private static int[] PlacesOfCodes()
    {
        var places = new int[256];
        Array.Fill(places, Codes.Length);
        for (var i = 0; i < Codes.Length; i++) places[Codes[i].Value] = i;
        return places;
    }
}
