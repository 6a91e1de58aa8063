namespace M2MCluster.Contracts.Messages;

/// <summary>Something that a message wants and its object, as far as is known, cannot give.</summary>
/// <param name="Attribute">One.</param>
/// <param name="Wanted">Such as <c>within 10 s</c>, <c>≥ 10000 bit/s</c>.</param>
/// <param name="Is">What is known instead.</param>
/// <param name="Members">Of a group's message: how many members it holds for.</param>
[GenerateSerializer, Immutable, Alias("m2m.Mismatch")]
public sealed record Mismatch(
    [property: Id(0)] ServiceAttributes Attribute,
    [property: Id(1)] string Wanted,
    [property: Id(2)] string Is,
    [property: Id(3)] int Members = 1)
{
    public string Text => $"{Attribute.ToString().ToLowerInvariant()}: {Wanted} is wanted, but {Is}{(Members > 1 ? $"; so it is with {Members} members" : "")}";
}
