using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Reading;

namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>How the parts of a message stand.</summary>
internal sealed record Standing(IReadOnlyList<OutcomeCount> Counts)
{
    private static readonly Outcome[] Good = [Outcome.Sent, Outcome.Delivered, Outcome.Applied];
    private static readonly Outcome[] Bad = [Outcome.Rejected, Outcome.Expired, Outcome.Evicted, Outcome.Failed, Outcome.Unknown];

    // A share of fewer says nothing.
    private const int FewestToJudge = 20;

    public int Open => Counts.Where(count => count.Outcome is null).Sum(count => count.Count);
    private int Ended => Counts.Where(count => count.Outcome is not null).Sum(count => count.Count);
    private int Failures => Counts.Where(count => count.Outcome is { } outcome && Bad.Contains(outcome)).Sum(count => count.Count);

    /// <summary>Null, or how many have failed, in words: as large a share of those that ended as that, or larger.</summary>
    public string? FailedBy(double share)
    {
        if (share <= 0 || Ended == 0 || (Open > 0 && Ended < FewestToJudge) || Failures < share * Ended) return null;
        return $"{Failures} of {Ended} outcomes were failures";
    }

    /// <summary>The weakest of the good ends if all ended well, else failed; in words, how many ended how.</summary>
    public (Outcome Outcome, string Detail) Sum()
    {
        var outcomes = Counts.Select(count => count.Outcome!.Value).ToList();
        var outcome = outcomes.TrueForAll(Good.Contains) ? outcomes.Min()
            : outcomes.TrueForAll(each => each == Outcome.Cancelled) ? Outcome.Cancelled
            : Outcome.Failed;
        return (outcome, string.Join(", ", Counts.OrderBy(count => count.Outcome).Select(count => $"{count.Count} {count.Outcome.ToString()!.ToUpperInvariant()}")));
    }
}
