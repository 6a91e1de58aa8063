using System.Collections.Frozen;
using M2MCluster.Contracts.Qos;
using M2MCluster.Contracts.Sessions;
using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Qos;

/// <summary>The networks of this node's configuration, by bearer.</summary>
internal sealed class QosNetwork : IQosNetwork, IDisposable
{
    private readonly FrozenDictionary<Bearer, CamaraClient> _clients;

    public QosNetwork(IOptions<QosNetworkOptions> options, TimeProvider time) =>
        _clients = options.Value.Bearers.ToFrozenDictionary(of => of.Key, of => new CamaraClient(of.Value.Network, QosSink.PathOf(of.Key), time));

    public bool Serves(Bearer bearer) => _clients.ContainsKey(bearer);

    public ValueTask<QosAnswer> OpenAsync(Bearer bearer, QosSessionRequest request, CancellationToken cancellation) => _clients[bearer].OpenAsync(request, cancellation);

    public ValueTask<QosAnswer> FindAsync(Bearer bearer, string session, CancellationToken cancellation) => _clients[bearer].FindAsync(session, cancellation);

    public ValueTask<QosAnswer> ExtendAsync(Bearer bearer, string session, TimeSpan by, CancellationToken cancellation) => _clients[bearer].ExtendAsync(session, by, cancellation);

    public ValueTask<QosAnswer> CloseAsync(Bearer bearer, string session, CancellationToken cancellation) => _clients[bearer].CloseAsync(session, cancellation);

    public void Dispose()
    {
        foreach (var client in _clients.Values) client.Dispose();
    }
}
