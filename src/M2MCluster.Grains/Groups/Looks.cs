using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;

namespace M2MCluster.Grains.Groups;

/// <summary>
/// When a group's message is looked at though nobody tells it that a part has ended: such word is lost with a silo, or after a commit of which its grain does not know. Each time
/// after as long again as it has waited.
/// </summary>
internal static class Looks
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(15);

    // Parts that expire are ended by the schedule, which looks each second.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>All of them, the last one when every part has expired; Unix milliseconds.</summary>
    public static IEnumerable<long> Of(MessageRecord message)
    {
        var last = DueTime.Of(message.ExpiresAt + Grace);
        for (var after = First; DueTime.Of(message.AcceptedAt + after) is var at && at < last; after *= 2) yield return at;
        yield return last;
    }

    /// <summary>The next one; null: the last one has passed.</summary>
    public static long? After(MessageRecord message, DateTimeOffset now)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        foreach (var at in Of(message))
        {
            if (at > nowMs) return at;
        }

        return null;
    }
}
