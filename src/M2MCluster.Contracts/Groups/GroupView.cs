using System.Collections.Immutable;
using M2MCluster.Contracts.ReportTasks;

namespace M2MCluster.Contracts.Groups;

/// <param name="Members">Objects that were added one by one and still exist; not those of groups in it or of its query.</param>
/// <param name="Filter">A query, as of object lists: all objects that pass it are members; null: there is none.</param>
/// <param name="Groups">Ids of groups whose members are members of this one.</param>
/// <param name="Characteristics">What its members share: JSON texts by name; they hold before those of the object itself.</param>
/// <param name="Precedence">Of several groups that say different things the one with the higher number wins; of equal ones the first by id.</param>
/// <param name="Duties">What report tasks ask of its members, by the ids of these.</param>
[GenerateSerializer, Immutable, Alias("m2m.GroupView")]
public sealed record GroupView(
    [property: Id(0)] string Id,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] int Members,
    [property: Id(3)] DateTimeOffset CreatedAt,
    [property: Id(4)] string? Filter = null,
    [property: Id(5)] ImmutableArray<string>? Groups = null,
    [property: Id(6)] ImmutableSortedDictionary<string, string>? Characteristics = null,
    [property: Id(7)] int Precedence = 0,
    [property: Id(8)] ImmutableArray<ReportDuty>? Duties = null)
{
    /// <summary>Whether it is more than a list of objects.</summary>
    public bool HasRules => Filter is not null || Groups is { Length: > 0 } || Characteristics is { Count: > 0 } || Duties is { Length: > 0 };
}
