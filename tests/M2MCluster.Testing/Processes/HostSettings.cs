namespace M2MCluster.Testing.Processes;

/// <summary>How a node under test is started; the rest is as by default.</summary>
public sealed record HostSettings
{
    /// <summary>The built or published <c>M2MCluster.Host.dll</c>.</summary>
    public required string Assembly { get; init; }

    /// <summary><c>ConnectionStrings:M2M</c>; null: embedded SQLite in the data folder.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Where the keys lie that the nodes of a cluster share; null: the node's own data folder.</summary>
    public string? KeyFolder { get; init; }

    /// <summary><c>M2M:DataFolder</c>, which stays after the disposal; null: one of its own, which goes.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Whether other silos reach it over a <see cref="SiloRelay"/>, which can cut it off.</summary>
    public bool BehindRelay { get; init; }

    /// <summary>Stands in <see cref="More"/> for the address of the node's front door, whose port is chosen later.</summary>
    public const string FrontDoorInSettings = "{front-door}";

    /// <summary>Further settings, by their keys with double underscores.</summary>
    public IReadOnlyDictionary<string, string> More { get; init; } = new Dictionary<string, string>();
}
