namespace M2MCluster.Cli.Replay;

/// <summary>A row of a series: Unix seconds, and a number for each value of the shape, NaN where the cell is empty or none.</summary>
internal readonly record struct SeriesRow(double Time, double[] Values);
