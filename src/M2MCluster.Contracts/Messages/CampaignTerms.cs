namespace M2MCluster.Contracts.Messages;

/// <summary>How a message to a group is spread over its members.</summary>
[GenerateSerializer, Immutable, Alias("m2m.CampaignTerms")]
public sealed record CampaignTerms
{
    /// <summary>Members a second at most; 0: as fast as storage takes them.</summary>
    [Id(0)] public int Rate { get; init; }

    /// <summary>The share of the members, 0 to 1, whose outcomes are awaited before the others are sent anything; 0: none.</summary>
    [Id(1)] public double Canary { get; init; }

    /// <summary>The share of failures among the outcomes, 0 to 1, at which the rest is not sent; 0: whatever fails, all are.</summary>
    [Id(2)] public double AbortAt { get; init; }

    /// <summary>Whether each member's outcome is an event; null: if there are not more than <see cref="MostToldByDefault"/>.</summary>
    [Id(3)] public bool? MemberEvents { get; init; }

    /// <summary>Anycast: how long one member has before the next gets it; null: its share of the time to live, a minute at most.</summary>
    [Id(4)] public TimeSpan? MemberWait { get; init; }

    /// <summary>Within it all members get theirs, one after the other at the same pace, from acceptance on; null: as <see cref="Rate"/> says.</summary>
    [Id(8)] public TimeSpan? Window { get; init; }

    [Id(9)] public MemberOrder Order { get; init; }

    public const int MostToldByDefault = 10_000;
}
