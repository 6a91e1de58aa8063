using System.Collections.Immutable;

namespace M2MCluster.Contracts.Reports;

/// <summary>A gateway's child's part of a pack.</summary>
/// <param name="Conditions">As in <see cref="ReportDraft"/>.</param>
[GenerateSerializer, Immutable, Alias("m2m.ChildReport")]
public sealed record ChildReport(
    [property: Id(0)] string Child,
    [property: Id(1)] string ContentType,
    [property: Id(2)] byte[] Payload,
    [property: Id(3)] ImmutableSortedDictionary<string, string>? Conditions = null);
