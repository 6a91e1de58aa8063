using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Qos;

/// <summary><c>M2M:Qos</c>. Without any bearer no network is asked for anything.</summary>
public sealed class QosOptions
{
    public const string Section = "M2M:Qos";

    /// <summary>At most so many objects have sessions over one bearer at a time.</summary>
    public const int MostFlows = 4096;

    public Dictionary<Bearer, QosBearerOptions> Bearers { get; } = [];
}
