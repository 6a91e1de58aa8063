namespace M2MCluster.Contracts.Reports;

/// <summary>One part of a report.</summary>
/// <param name="Gathering">What all of its parts have in common, and the parts of no other report of the object that is under way.</param>
/// <param name="Number">1 to <paramref name="Total"/>.</param>
/// <param name="Total">2 to 255.</param>
[GenerateSerializer, Immutable, Alias("m2m.ReportPart")]
public sealed record ReportPart(
    [property: Id(0)] string Gathering,
    [property: Id(1)] int Number,
    [property: Id(2)] int Total,
    [property: Id(3)] byte[] Payload);
