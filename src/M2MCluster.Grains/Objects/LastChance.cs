using M2MCluster.Contracts.Messages;

namespace M2MCluster.Grains.Objects;

/// <summary>Within what the place of a message has to be found that can wait.</summary>
internal static class LastChance
{
    // Of its period, by which an object may come before it is expected.
    private const int EarlyPart = 20;

    /// <summary>
    /// The message's bound; for an object that sleeps and is expected before it, the last of those times, or it would be asleep when the message may leave, and have it too late.
    /// </summary>
    public static DateTimeOffset Of(ObjectCore core, MessageRecord message, DateTimeOffset latest)
    {
        var traits = core.TraitsOf(core.Description!);
        if (!traits.Sleeps || core.Channels.IsConnected || ReachabilityPolicy.ExpectedAt(core.State, traits) is not { } expected || expected > latest) return latest;
        var period = TimeSpan.FromMilliseconds(traits.ReportPeriod);
        var last = expected + (period * Math.Floor((latest - expected) / period)) - (period / EarlyPart);
        var earliest = message.Terms?.NotBefore ?? message.AcceptedAt;
        return last > earliest ? last : earliest;
    }
}
