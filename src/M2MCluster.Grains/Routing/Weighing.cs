using System.Globalization;
using M2MCluster.Contracts.Messages;

namespace M2MCluster.Grains.Routing;

/// <summary>
/// Chooses among ways, and says why. Pure: the same figures give the same choice. Ways that rest come after all that do not, and are taken where there is nothing else.
/// </summary>
internal static class Weighing
{
    /// <returns>The ways in the order in which they would be taken, then those that are refused; the chosen ones first, at most <paramref name="copies"/>, disjoint.</returns>
    public static IReadOnlyList<WeighedWay> Weigh(IReadOnlyList<Candidate> candidates, PathPreference preference, int copies, double costOfSecond)
    {
        var able = candidates.Where(candidate => candidate.Refusal is null).ToList();
        var ordered = Order(able, preference, costOfSecond).ToList();
        var chosen = new List<Candidate>();
        foreach (var candidate in ordered)
        {
            if (chosen.Count < copies && chosen.TrueForAll(other => other.Way.Route.IsDisjointFrom(candidate.Way.Route))) chosen.Add(candidate);
        }

        return
        [
            .. chosen.Select(candidate => new WeighedWay(candidate, true, WhyTaken(candidate, chosen, able.Count, preference, costOfSecond))),
            .. ordered.Except(chosen).Select(candidate => new WeighedWay(candidate, false, WhyNot(candidate, chosen, preference, costOfSecond))),
            .. candidates.Where(candidate => candidate.Refusal is not null).Select(candidate => new WeighedWay(candidate, false, candidate.Refusal!)),
        ];
    }

    // The order in which the candidates come decides between equals: own sessions, own addresses, the gateway's.
    private static IEnumerable<Candidate> Order(List<Candidate> able, PathPreference preference, double costOfSecond)
    {
        var awake = able.OrderBy(candidate => candidate.RestsUntil ?? DateTimeOffset.MinValue);
        return preference switch
        {
            PathPreference.Cheapest => awake.ThenBy(candidate => candidate.Cost).ThenBy(candidate => Balance(candidate, costOfSecond)),
            PathPreference.Fastest => awake.ThenBy(candidate => candidate.Delay).ThenBy(candidate => candidate.Cost),
            PathPreference.MostReliable => awake.ThenBy(candidate => Math.Round(candidate.Failures, 1)).ThenBy(candidate => !candidate.Confirms)
                .ThenBy(candidate => Balance(candidate, costOfSecond)),
            _ => awake.ThenBy(candidate => Balance(candidate, costOfSecond)),
        };
    }

    /// <summary>An attempt that fails is paid and waited for, and another is needed.</summary>
    private static double Balance(Candidate candidate, double costOfSecond) =>
        (candidate.Cost + (costOfSecond * candidate.Delay.TotalSeconds)) * (1 + candidate.Failures) * (candidate.Confirms ? 1 : 2);

    private static string WhyTaken(Candidate candidate, List<Candidate> chosen, int count, PathPreference preference, double costOfSecond)
    {
        if (candidate != chosen[0]) return $"a copy, since it is disjoint from {chosen[0].Way.Route}";
        if (count == 1) return candidate.RestsUntil is null ? "the only way" : $"the only way, though {Rest(candidate)}";
        return candidate.RestsUntil is null ? $"{Superlative(preference)} of {count}: {Figure(candidate, preference, costOfSecond)}" : $"of ways that all failed the first to be tried again: {Rest(candidate)}";
    }

    private static string WhyNot(Candidate candidate, List<Candidate> chosen, PathPreference preference, double costOfSecond)
    {
        if (candidate.RestsUntil is not null) return Rest(candidate);
        return $"{Figure(candidate, preference, costOfSecond)}, against {Figure(chosen[0], preference, costOfSecond)} over {chosen[0].Way.Route}";
    }

    private static string Rest(Candidate candidate) => $"{candidate.InARow} attempt(s) failed in a row, others first until {candidate.RestsUntil:u}";

    private static string Superlative(PathPreference preference) => preference switch
    {
        PathPreference.Cheapest => "the cheapest",
        PathPreference.Fastest => "the fastest",
        PathPreference.MostReliable => "the most reliable",
        _ => "the best balance",
    };

    private static string Figure(Candidate candidate, PathPreference preference, double costOfSecond) => preference switch
    {
        PathPreference.Cheapest => string.Create(CultureInfo.InvariantCulture, $"cost {candidate.Cost:0.####}"),
        PathPreference.Fastest => string.Create(CultureInfo.InvariantCulture, $"{candidate.Delay.TotalSeconds:0.###} s"),
        PathPreference.MostReliable => string.Create(CultureInfo.InvariantCulture, $"{candidate.Failures:0.#} recent failures{(candidate.Confirms ? "" : ", no confirmation")}"),
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"{Balance(candidate, costOfSecond):0.####} for cost {candidate.Cost:0.####}, {candidate.Delay.TotalSeconds:0.###} s, {candidate.Failures:0.#} recent failures"),
    };
}
