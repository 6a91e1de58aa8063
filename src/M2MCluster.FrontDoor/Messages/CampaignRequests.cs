using Google.Protobuf.WellKnownTypes;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Messages;

/// <summary>How a message is spread over a group, as callers write and read it.</summary>
internal static class CampaignRequests
{
    private const int MaxRate = 1_000_000;

    public static DeliveryMode Mode(V1.SendMessageRequest from, Problems problems)
    {
        problems.Require(System.Enum.IsDefined(from.Mode), "mode", "is UNICAST, MULTICAST, ANYCAST or BROADCAST");
        // Whose name it is, is found out later.
        if (from.Area is null && !from.Target.StartsWith(Names.Groups, StringComparison.Ordinal) && !Targets.IsAlias(from.Target)) CheckIsOne(from, problems);
        return (DeliveryMode)from.Mode;
    }

    /// <summary>Notes what is not of a message to one receiver.</summary>
    public static void CheckIsOne(V1.SendMessageRequest from, Problems problems)
    {
        problems.Require(from.Mode is V1.SendMessageRequest.Types.Mode.Unspecified or V1.SendMessageRequest.Types.Mode.Unicast, "mode", "is of messages to groups");
        problems.Require(from.Campaign is null, "campaign", "is of messages to groups");
    }

    public static CampaignTerms Terms(V1.Campaign from, Problems problems)
    {
        problems.Require(from.Rate is >= 0 and <= MaxRate, "campaign.rate", $"is 0 to {MaxRate} members a second");
        problems.Require(from.Canary is >= 0 and <= 1, "campaign.canary", "is 0 to 1");
        problems.Require(from.AbortAt is >= 0 and <= 1, "campaign.abortAt", "is 0 to 1");
        var wait = problems.Span(from.MemberWait, "campaign.memberWait");
        problems.Require(wait is null || (wait >= TimeSpan.FromSeconds(1) && wait <= TimeSpan.FromDays(1)), "campaign.memberWait", "is 1 second to a day");
        return new()
        {
            Rate = from.Rate,
            Canary = from.Canary,
            AbortAt = from.AbortAt,
            MemberEvents = from.HasMemberEvents ? from.MemberEvents : null,
            MemberWait = wait,
        };
    }

    public static V1.CampaignProgress Progress(CampaignView from) => new()
    {
        Phase = (V1.CampaignProgress.Types.Phase)from.Phase,
        Targets = from.Targets,
        Dispatched = from.Dispatched,
        Reason = from.Reason ?? "",
        DispatchTime = from.DispatchedAt?.ToTimestamp(),
    };
}
