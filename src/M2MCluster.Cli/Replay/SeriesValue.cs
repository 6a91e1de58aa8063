namespace M2MCluster.Cli.Replay;

/// <summary>A column of numbers, and the SenML name and unit that it is reported under.</summary>
internal sealed record SeriesValue(string Column, string Name, string? Unit = null);
