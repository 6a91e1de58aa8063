using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;
using Microsoft.Extensions.Options;

namespace M2MCluster.Grains.Routing;

/// <summary>The operator's figures, looked up by route and time: the tariffs are those by which the planner plans.</summary>
internal sealed class PathFigures
{
    private readonly TariffCalendar _calendar;
    private readonly Dictionary<(Bearer, bool), WayOptions> _ways;

    public PathFigures(IOptions<PathOptions> options, TariffCalendar calendar)
    {
        Options = options.Value;
        _calendar = calendar;
        _ways = Options.All.ToDictionary(way => (way.Bearer, way.ByGateway), way => way.Figures);
    }

    public PathOptions Options { get; }

    // A phone behind a gateway is reached as any other.
    public WayOptions Of(Route route) => _ways.TryGetValue((route.Bearer, route.Gateway is not null), out var way) ? way : _ways[(route.Bearer, false)];

    /// <summary>What a message of so many bytes costs over the route at that time.</summary>
    public double Cost(Route route, int bytes, DateTimeOffset at)
    {
        var figures = Of(route);
        var cost = figures.CostPerMessage + (figures.CostPerKilobyte * ((bytes + 1023) / 1024));
        return cost == 0 ? 0 : cost * _calendar.At(route.Bearer, at).Price;
    }
}
