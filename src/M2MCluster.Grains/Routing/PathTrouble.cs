using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Routing;

/// <summary>A way to an object that failed lately; kept with the object's state until it is forgotten. Times are Unix milliseconds.</summary>
/// <param name="Failures">As of <paramref name="At"/>, each counting half after a while.</param>
/// <param name="RestsUntil">Until then others are taken; 0: it succeeded since.</param>
/// <param name="InARow">Failures since it last succeeded.</param>
[GenerateSerializer, Immutable, Alias("m2m.PathTrouble")]
internal sealed record PathTrouble(
    [property: Id(0)] Bearer Bearer,
    [property: Id(1)] string? Gateway,
    [property: Id(2)] double Failures,
    [property: Id(3)] long At,
    [property: Id(4)] long RestsUntil,
    [property: Id(5)] int InARow)
{
    public bool Is(Route route) => Bearer == route.Bearer && Gateway == route.Gateway;

    public double FailuresAt(long now, TimeSpan halfLife) => Failures * Math.Pow(0.5, Math.Max(0, now - At) / halfLife.TotalMilliseconds);
}
