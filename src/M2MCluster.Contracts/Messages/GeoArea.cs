using System.Collections.Immutable;

namespace M2MCluster.Contracts.Messages;

/// <summary>Where the objects are that a message is for: an object is one of them if all that is given holds for it.</summary>
[GenerateSerializer, Immutable, Alias("m2m.GeoArea")]
public sealed record GeoArea
{
    public const int MostCorners = 100;

    /// <summary>Metres of half the Earth's circumference: no two places are further apart.</summary>
    public const double LongestRadius = 20_037_508;

    /// <summary>The middle of a circle; null: none is given.</summary>
    [Id(0)] public GeoPoint? Center { get; init; }

    /// <summary>Metres, more than 0.</summary>
    [Id(1)] public double Radius { get; init; }

    /// <summary>The corners of a polygon, 3 to <see cref="MostCorners"/>, in order; less than half the Earth wide. None: none is given.</summary>
    [Id(2)] public ImmutableArray<GeoPoint> Corners { get; init; } = [];

    /// <summary>The network's cell; null: any.</summary>
    [Id(3)] public string? Cell { get; init; }
}
