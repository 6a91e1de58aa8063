namespace M2MCluster.Contracts.Reading;

/// <summary>One page of a list.</summary>
/// <param name="Next">Where the next page begins, or null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
