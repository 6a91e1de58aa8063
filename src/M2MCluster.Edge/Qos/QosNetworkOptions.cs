using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Edge.Qos;

/// <summary>The networks that can be asked for a quality of service, <c>M2M:Qos:Bearers:BEARER:Network</c>, beside what is shared of them.</summary>
public sealed class QosNetworkOptions
{
    public const string Section = "M2M:Qos";

    public Dictionary<Bearer, QosNetworkOfBearer> Bearers { get; } = [];
}
