using M2MCluster.Contracts.Messages;

namespace M2MCluster.Grains.Routing;

/// <summary>A way as it was weighed for a message.</summary>
/// <param name="Reason">Why it is chosen, or why not, in words.</param>
internal sealed record WeighedWay(Candidate Candidate, bool IsChosen, string Reason)
{
    public Way Way => Candidate.Way;

    public PathView ToView() => new(
        Way.Route.Bearer, Way.Route.Gateway, Candidate.Cost, Candidate.Delay, Math.Round(Candidate.Failures, 3), Candidate.RestsUntil, IsChosen, Reason);
}
