using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Routing;

/// <summary>By what a message goes to an object, whatever session or address that is at the moment: what costs, and failures, are told of.</summary>
/// <param name="Gateway">Null: directly.</param>
internal readonly record struct Route(Bearer Bearer, string? Gateway)
{
    /// <summary>Whether what breaks the one need not break the other (6.9).</summary>
    public bool IsDisjointFrom(Route other) => Bearer != other.Bearer && (Gateway is null || Gateway != other.Gateway);

    public override string ToString() => Bearer.ToString().ToUpperInvariant() + (Gateway is null ? "" : $" by {Gateway}");
}
