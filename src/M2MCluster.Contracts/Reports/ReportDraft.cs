using System.Collections.Immutable;

namespace M2MCluster.Contracts.Reports;

/// <summary>A report as it came in, read far enough by the edge to be known as well-formed.</summary>
/// <param name="Conditions">What it tells of the object's condition, JSON texts by <see cref="Objects.Conditions.Names"/>; null: nothing.</param>
/// <param name="Gathered">Of which parts it was made (<see cref="ReportPart.Gathering"/>): they are forgotten with it.</param>
[GenerateSerializer, Immutable, Alias("m2m.ReportDraft")]
public sealed record ReportDraft(
    [property: Id(0)] string ContentType,
    [property: Id(1)] byte[] Payload,
    [property: Id(2)] ReportName Name,
    [property: Id(3)] ImmutableSortedDictionary<string, string>? Conditions = null,
    [property: Id(4)] string? Gathered = null);
