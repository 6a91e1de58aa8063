using M2MCluster.Contracts.Qos;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Qos;

/// <summary>Where no adapter is: no network can be asked.</summary>
internal sealed class NoQosNetwork : IQosNetwork
{
    private static readonly QosAnswer None = new(QosAnswerKind.Silent, Detail: "there is no adapter");

    public bool Serves(Bearer bearer) => false;

    public ValueTask<QosAnswer> OpenAsync(Bearer bearer, QosSessionRequest request, CancellationToken cancellation) => new(None);

    public ValueTask<QosAnswer> FindAsync(Bearer bearer, string session, CancellationToken cancellation) => new(None);

    public ValueTask<QosAnswer> ExtendAsync(Bearer bearer, string session, TimeSpan by, CancellationToken cancellation) => new(None);

    public ValueTask<QosAnswer> CloseAsync(Bearer bearer, string session, CancellationToken cancellation) => new(None);
}
