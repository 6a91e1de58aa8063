using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Groups.Campaigns;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Objects;
using Orleans.Placement;

namespace M2MCluster.Grains.Groups.Areas;

/// <summary>Sends to whoever is in an area: a campaign over the objects that are there as they are read, page by page. It keeps nothing of its own.</summary>
[GrainType("area"), PreferLocalPlacement]
internal sealed class AreaGrain(GroupServices services) : Grain, IAreaGrain
{
    // Its messages are those of a group of this id, as whom they are listed; a group there is not.
    private string GroupId => Names.Area + this.GetPrimaryKeyString();
    private string Name => Names.Groups + GroupId;

    public async ValueTask<SendReceipt> Send(MessageDraft draft)
    {
        if (draft.Area is null) throw M2MException.Invalid("area", "is needed");
        if (draft.Confirmation == Confirmation.Transaction) throw M2MException.Invalid("confirmation", "TRANSACTION is for objects and groups, whose members are known before");
        if (draft.RequestId is { Length: > 0 } request
            && await services.Messages.FindByRequestAsync(draft.Application, Name, request, CancellationToken.None) is { } same)
        {
            return new(same, []);
        }

        CampaignStart.Check(draft.Campaign);
        var now = services.Time.GetUtcNow();
        var parent = MessageAcceptance.Accept(draft, services.Ids, now, Name);
        parent = await CampaignStart.GatherAsync(services, draft, parent, now, GroupId, DeactivateOnIdle);
        MessageTrace.Span(parent, "m2m message accepted", now);
        return new(parent, []);
    }
}
