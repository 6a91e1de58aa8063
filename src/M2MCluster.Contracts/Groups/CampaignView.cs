namespace M2MCluster.Contracts.Groups;

/// <summary>How far a message to a group is.</summary>
/// <param name="Targets">Members at the time of acceptance.</param>
/// <param name="Dispatched">Members that have their part, or whose part has ended unsent.</param>
/// <param name="Reason">Why it is paused or stopped.</param>
[GenerateSerializer, Immutable, Alias("m2m.CampaignView")]
public sealed record CampaignView(
    [property: Id(0)] CampaignPhase Phase,
    [property: Id(1)] int Targets,
    [property: Id(2)] int Dispatched,
    [property: Id(3)] string? Reason,
    [property: Id(4)] DateTimeOffset? DispatchedAt);
