using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Qos;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;
using Microsoft.Extensions.Options;

namespace M2MCluster.Grains.Qos;

/// <summary>Where objects ask for the quality of service that their messages want. What does not answer does not hold anything up.</summary>
internal sealed class QosDesk(IOptions<QosOptions> options, IQosNetwork network, IGrainFactory grains, TimeProvider time)
{
    // The grain answers without its network; a commit, and a call to another silo, should not take longer.
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(5);

    /// <summary>Null: the bearer's network cannot be asked.</summary>
    public QosBearerOptions? Find(Bearer bearer) => network.Serves(bearer) ? options.Value.Bearers.GetValueOrDefault(bearer) : null;

    /// <summary>Null: it asks for nothing, or nobody answers; the message goes as others do.</summary>
    /// <param name="told">The reason of which its sender knows.</param>
    public async ValueTask<QosView?> AskAsync(Bearer bearer, ObjectDescription description, MessageRecord message, QosReason told)
    {
        if (message.Terms?.Qos is not { } terms) return null;
        if (Find(bearer) is not { } of)
            return new(bearer, description.Id, terms, time.GetUtcNow(), QosStatus.Refused, null, 0, false, null, QosReason.NoNetwork, "its network cannot be asked");
        var until = time.GetUtcNow() + of.Session;
        var ask = new QosAsk(
            message.Id, description.Id, message.Application, message.AcceptedAt, message.TraceParent, Planner.CellOf(description), QosDevices.Of(description), terms,
            until < message.ExpiresAt ? until : message.ExpiresAt, told);
        try
        {
            return await grains.GetGrain<IQosGrain>((long)bearer).Ask(ask).AsTask().WaitAsync(AtMost, time);
        }
        catch (Exception silent) when (silent is TimeoutException or OrleansException or M2MException)
        {
            return null;
        }
    }

    /// <summary>The message needs nothing any more. If this is lost, its session ends by itself.</summary>
    public void Release(MessageRecord message, QosView? view)
    {
        if (view is not null && Find(view.Bearer) is not null) grains.GetGrain<IQosGrain>((long)view.Bearer).Release(message.Id).AsTask().Ignore();
    }
}
