using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;

namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>How far a campaign is; each step writes it together with what the step did.</summary>
[GenerateSerializer, Immutable, Alias("m2m.CampaignState")]
internal sealed record CampaignState
{
    [Id(0)] public required CampaignPhase Phase { get; init; }
    [Id(1)] public required int Targets { get; init; }

    /// <summary>The first of the targets, in the order of the list, that are dealt with.</summary>
    [Id(2)] public int Dispatched { get; init; }
    [Id(3)] public CampaignTerms Terms { get; init; } = new();

    /// <summary>Whether the members' ends have no events of their own.</summary>
    [Id(4)] public bool IsQuiet { get; init; }

    /// <summary>The time for which the message has a row in the index of due times, Unix milliseconds; 0: none.</summary>
    [Id(5)] public long ArmedAt { get; init; }

    /// <summary>How the rest ends that is not sent.</summary>
    [Id(6)] public Outcome? RestEnds { get; init; }
    [Id(7)] public string? Reason { get; init; }
    [Id(8)] public bool CanaryPassed { get; init; }
    [Id(9)] public DateTimeOffset? DispatchedAt { get; init; }

    [Id(10)] public DeliveryMode Mode { get; init; }

    /// <summary>Anycast: the part of the member that is asked now.</summary>
    [Id(11)] public MessageId? Asked { get; init; }

    /// <summary>Anycast: until when it has time, Unix milliseconds.</summary>
    [Id(12)] public long AskedUntil { get; init; }

    /// <summary>Multicast: of <see cref="Targets"/> those who get parts of their own, and are the first.</summary>
    [Id(13)] public int Singles { get; init; }

    /// <summary>Multicast: messages to gateways that carry it to several of their children.</summary>
    [Id(14)] public int Frames { get; init; }

    /// <summary>Multicast: those of them that are on their way.</summary>
    [Id(15)] public int FramesSent { get; init; }

    /// <summary>Multicast: those that have not ended, or whose end is not dealt with.</summary>
    [Id(16)] public ImmutableArray<OpenFrame> OpenFrames { get; init; } = [];

    /// <summary>The parts that wait are to be cancelled.</summary>
    [Id(17)] public bool CancelsOpen { get; init; }

    /// <summary>Null: the targets are known.</summary>
    [Id(18)] public Gathered? Gathering { get; init; }

    /// <summary>The first of those with parts of their own who were called by SMS, if they sleep and there is a reason to call.</summary>
    [Id(19)] public int Called { get; init; }

    /// <summary>Targets whose outcomes are awaited before the others are sent anything.</summary>
    public int CanarySize => Terms.Canary > 0 ? Math.Clamp((int)Math.Ceiling(Terms.Canary * Targets), 1, Targets) : 0;

    public bool IsAll => Gathering is null && Dispatched == Targets;
}
