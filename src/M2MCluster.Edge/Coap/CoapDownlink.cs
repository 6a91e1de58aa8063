using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Edge.Coap.Groups;

namespace M2MCluster.Edge.Coap;

/// <summary>The edge's end of the channels: pushes, notices, closings.</summary>
internal sealed class CoapDownlink(IGrainFactory grains, CoapGroups groups, Func<string, CoapSession?> open) : IDownlink
{
    public Task Deliver(string session, Delivery delivery)
    {
        if (open(session) is not { } peer) return Settle(delivery, new Settlement(SettlementKind.Lost, Detail: "no such address"));
        if (CoapPush.Create(peer, delivery, settlement => Settle(delivery, settlement)) is not { } push)
        {
            return Settle(delivery, new Settlement(SettlementKind.Lost, Detail: "not a command that CoAP can carry"));
        }

        push.Start();
        return Task.CompletedTask;
    }

    public Task<bool> Cast(GroupCast cast) => Task.FromResult(groups.Cast(cast));

    public Task MailboxChanged(string session, string objectId)
    {
        if (open(session) is not { } peer) return Task.CompletedTask;
        peer.Shard.Do(() =>
        {
            // A gateway's own mailbox lists its children's messages too.
            foreach (var observation in peer.Observations)
            {
                if (observation.Identity.Target == objectId || observation.Identity.Target == observation.Identity.Speaker.ObjectId) observation.Changed();
            }
        });
        return Task.CompletedTask;
    }

    public Task Close(string session, CloseReason reason)
    {
        if (open(session) is { } peer) peer.Shard.End(peer);
        return Task.CompletedTask;
    }

    // A registered endpoint is found by its registration again, and an observer when it next refreshes.
    public Task Forgotten(string session, string objectId) => Task.CompletedTask;

    private Task Settle(Delivery delivery, Settlement settlement) =>
        grains.GetObject(delivery.ObjectId).Settle(delivery.Message.Id, delivery.Attempt, settlement).AsTask();
}
