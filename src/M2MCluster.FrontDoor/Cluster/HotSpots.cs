namespace M2MCluster.FrontDoor.Cluster;

/// <summary>Which silos carry much more than their share.</summary>
internal static class HotSpots
{
    /// <summary>So much more than the mean is told: less comes and goes by itself.</summary>
    public const double Much = 1.5;

    // What is little in all is no hot spot, however it is shared: percents, activations, write sets, connections.
    private static readonly (string Name, double Least, Func<V1.Silo, double> Of)[] Figures =
    [
        ("cpu", 20, silo => silo.Load.CpuPercent),
        ("activations", 1000, silo => silo.Activations),
        ("commit queue", 100, silo => silo.Load.CommitQueue),
        ("MQTT connections", 100, silo => silo.Load.MqttConnections),
    ];

    /// <summary>The worst first, in proportion to the mean.</summary>
    public static IEnumerable<V1.HotSpot> Among(IReadOnlyCollection<V1.Silo> silos)
    {
        var known = silos.Where(silo => silo.Load is not null).ToList();
        return Figures.SelectMany(figure =>
        {
            var mean = known.Count == 0 ? 0 : known.Average(figure.Of);
            return known.Where(silo => figure.Of(silo) >= figure.Least && figure.Of(silo) > Much * mean)
                .Select(silo => new V1.HotSpot { Silo = silo.Name, Figure = figure.Name, Value = Math.Round(figure.Of(silo), 1), Mean = Math.Round(mean, 1) });
        }).OrderByDescending(spot => spot.Value / spot.Mean);
    }
}
