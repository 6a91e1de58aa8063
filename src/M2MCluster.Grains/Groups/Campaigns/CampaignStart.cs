using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>Accepts a message with the list of those that it is for: the campaign's own grain does the rest.</summary>
internal static class CampaignStart
{
    /// <param name="group">The id of the group that it is to, or of what stands for one.</param>
    /// <returns>The campaign's message; of a request that another activation began, that one's.</returns>
    public static async ValueTask<MessageRecord> StartAsync(
        GroupServices services, MessageDraft draft, MessageRecord parent, TargetList targets, DateTimeOffset now, string group, Action retire)
    {
        var claim = draft.RequestId is { Length: > 0 } request ? new RequestClaim(services, draft.Application, group, request) : null;
        if (claim is not null)
        {
            var (id, sent) = await claim.TakeAsync(parent.Id);
            if (sent is not null) return sent;
            parent = parent with { Id = id };
        }

        var terms = draft.Campaign ?? new();
        var campaign = new CampaignState
        {
            Phase = CampaignPhase.Running,
            Targets = targets.Count,
            Terms = terms,
            // Of an anycast the one outcome says all.
            IsQuiet = !(terms.MemberEvents ?? (draft.Mode != DeliveryMode.Anycast && targets.Count <= CampaignTerms.MostToldByDefault)),
            ArmedAt = CampaignRun.FirstLook(now),
            Mode = draft.Mode,
            Singles = targets.Count - targets.InFrames,
            Frames = targets.Frames,
        };
        var set = new WriteSet(new(GroupMessageGrain.Kind, parent.Id.ToString(), 0, services.Campaigns.SerializeToArray(campaign))) { Targets = targets.Finish(parent.Id) };
        set.Messages.Add(parent);
        set.Arm.Add(new(campaign.ArmedAt, Names.Messages + parent.Id));
        try
        {
            await services.Pipeline.CommitAsync(set);
        }
        catch (StaleVersionException) when (claim is not null)
        {
            return await claim.FindAsync() ?? throw new M2MException(ErrorCode.Unavailable, "the resource moved; try again");
        }
        catch
        {
            retire();
            throw;
        }

        if (claim is not null) await claim.ReleaseAsync();
        services.Grains.GetGrain<IGroupMessageGrain>(parent.Id.Value).Step().AsTask().Ignore();
        return parent;
    }

    /// <exception cref="M2MException"><see cref="ErrorCode.InvalidArgument"/></exception>
    public static void Check(CampaignTerms? terms)
    {
        if (terms is null) return;
        if (terms.Rate < 0) throw M2MException.Invalid("campaign.rate", "must not be negative");
        if (terms.Window <= TimeSpan.Zero) throw M2MException.Invalid("campaign.window", "must be positive");
        if (terms.Canary is not (>= 0 and <= 1)) throw M2MException.Invalid("campaign.canary", "must be 0 to 1");
        if (terms.AbortAt is not (>= 0 and <= 1)) throw M2MException.Invalid("campaign.abortAt", "must be 0 to 1");
    }
}
