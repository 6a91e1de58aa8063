using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>Accepts a message with the list of those that it is for: the campaign's own grain does the rest.</summary>
internal static class CampaignStart
{
    /// <summary>To whoever is found by reading objects.</summary>
    /// <param name="group">The id of the group that it is to, or of what stands for one.</param>
    /// <returns>As <see cref="StartAsync(GroupServices, MessageDraft, MessageRecord, CampaignState, IReadOnlyList{TargetChunk}, string, Action)"/>.</returns>
    /// <exception cref="M2MException"><see cref="ErrorCode.FailedPrecondition"/>: it is known already that nobody is there.</exception>
    public static async ValueTask<MessageRecord> GatherAsync(GroupServices services, MessageDraft draft, MessageRecord parent, DateTimeOffset now, string group, Action retire)
    {
        var (whole, sofar, pages) = await new Gathering(services, parent, draft.Campaign?.Order ?? MemberOrder.ById).BeginAsync();
        if (whole is null) return await StartAsync(services, draft, parent, Unfound(draft, sofar!, now), pages, group, retire);
        if (whole.Count == 0) throw new M2MException(ErrorCode.FailedPrecondition, Gathering.NobodyIn(parent));
        return await StartAsync(services, draft, parent, whole, now, group, retire);
    }

    public static ValueTask<MessageRecord> StartAsync(
        GroupServices services, MessageDraft draft, MessageRecord parent, TargetList targets, DateTimeOffset now, string group, Action retire) =>
        StartAsync(services, draft, parent, Found(Unfound(draft, null, now), targets), targets.Finish(parent.Id), group, retire);

    /// <summary>A campaign whose members are being found.</summary>
    public static CampaignState Unfound(MessageDraft draft, Gathered? sofar, DateTimeOffset now) => new()
    {
        Phase = CampaignPhase.Running,
        Targets = 0,
        Terms = draft.Campaign ?? new(),
        ArmedAt = CampaignRun.FirstLook(now),
        Mode = draft.Mode,
        Gathering = sofar,
    };

    /// <summary>The same when it is known who they are.</summary>
    public static CampaignState Found(CampaignState state, TargetList targets) => state with
    {
        Targets = targets.Count,
        // Of an anycast the one outcome says all.
        IsQuiet = !(state.Terms.MemberEvents ?? (state.Mode != DeliveryMode.Anycast && targets.Count <= CampaignTerms.MostToldByDefault)),
        Singles = targets.Count - targets.InFrames,
        Frames = targets.Frames,
        Gathering = null,
    };

    /// <param name="group">The id of the group that it is to, or of what stands for one.</param>
    /// <param name="chunks">With the id of the message as its draft had it; of a request that was begun before, they get that one's.</param>
    /// <returns>The campaign's message; of a request that another activation began, that one's.</returns>
    public static async ValueTask<MessageRecord> StartAsync(
        GroupServices services, MessageDraft draft, MessageRecord parent, CampaignState campaign, IReadOnlyList<TargetChunk> chunks, string group, Action retire)
    {
        var claim = draft.RequestId is { Length: > 0 } request ? new RequestClaim(services, draft.Application, group, request) : null;
        if (claim is not null)
        {
            var (id, sent) = await claim.TakeAsync(parent.Id);
            if (sent is not null) return sent;
            parent = parent with { Id = id };
        }

        var set = new WriteSet(new(GroupMessageGrain.Kind, parent.Id.ToString(), 0, services.Campaigns.SerializeToArray(campaign)))
        {
            Targets = [.. chunks.Select(chunk => chunk with { Campaign = parent.Id.Value })],
        };
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
