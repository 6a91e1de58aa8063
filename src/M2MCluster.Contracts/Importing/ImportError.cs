namespace M2MCluster.Contracts.Importing;

/// <summary>Why a line was not imported.</summary>
/// <param name="Field">As the caller names it; empty if the whole line is at fault.</param>
public readonly record struct ImportError(long Line, string Field, string Reason);
