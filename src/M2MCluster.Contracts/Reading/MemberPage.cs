namespace M2MCluster.Contracts.Reading;

/// <summary>Some members of a group, by id.</summary>
/// <param name="Next">After which id there may be more; null: these are the last.</param>
public sealed record MemberPage(IReadOnlyList<string> Members, string? Next);
