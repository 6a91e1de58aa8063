namespace M2MCluster.Contracts.Messages;

/// <summary>By what a way is chosen, if there are several (4.5).</summary>
public enum PathPreference
{
    /// <summary>By what it costs, with a price on the delay, and the more so the more attempts failed over it lately.</summary>
    Balanced = 0,
    Cheapest = 1,
    Fastest = 2,
    MostReliable = 3,
}
