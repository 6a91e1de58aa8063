using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Contracts.Qos;

/// <summary>The adapters of the networks below, by bearer. What goes wrong is an answer too; only cancellation throws. Thread-safe.</summary>
public interface IQosNetwork
{
    /// <summary>Whether the bearer's network can be asked.</summary>
    bool Serves(Bearer bearer);

    /// <summary>Opens a session. One that the device has already, of the same profile, is as good as a new one.</summary>
    ValueTask<QosAnswer> OpenAsync(Bearer bearer, QosSessionRequest request, CancellationToken cancellation);

    ValueTask<QosAnswer> FindAsync(Bearer bearer, string session, CancellationToken cancellation);

    /// <param name="by">Whole seconds.</param>
    ValueTask<QosAnswer> ExtendAsync(Bearer bearer, string session, TimeSpan by, CancellationToken cancellation);

    /// <returns><see cref="QosAnswerKind.Gone"/>: it is closed.</returns>
    ValueTask<QosAnswer> CloseAsync(Bearer bearer, string session, CancellationToken cancellation);
}
