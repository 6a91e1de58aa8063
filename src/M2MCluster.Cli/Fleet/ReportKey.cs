namespace M2MCluster.Cli.Fleet;

/// <summary>A report as its device counts it. The number is in the report, as the SenML record <see cref="Record"/>.</summary>
internal readonly record struct ReportKey(string ObjectId, long Sequence)
{
    public const string Record = "seq";
}
