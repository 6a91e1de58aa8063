using System.Diagnostics.Metrics;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Edge.Coap;

/// <summary>What the CoAP edge counts.</summary>
internal sealed class CoapMetrics
{
    public const string MeterName = "M2MCluster.Edge.Coap";

    private readonly Counter<long> _answers;
    private readonly Counter<long> _dropped;

    public CoapMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _answers = meter.CreateCounter<long>("m2m.coap.answers", "{answer}", "Answers to requests, by code");
        _dropped = meter.CreateCounter<long>("m2m.coap.dropped", "{datagram}", "Datagrams lost because every queue was full");
    }

    public void Answered(CoapCode code)
    {
        if (_answers.Enabled) _answers.Add(1, new KeyValuePair<string, object?>("code", code.ToString()));
    }

    public void Dropped() => _dropped.Add(1);
}
