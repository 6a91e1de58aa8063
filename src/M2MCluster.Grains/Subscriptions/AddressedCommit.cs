using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Subscriptions;

/// <summary>Commits sets with events, which tell whoever is subscribed at the moment of the commit, wherever that was changed.</summary>
internal static class AddressedCommit
{
    // A change that comes in between each time is a storm of changes, and the caller may try again.
    private const int Tries = 20;

    /// <param name="address">Adds the events with their feeds; called again for each try, with no events in the set.</param>
    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: who hears changes too fast; nothing is stored.</exception>
    public static async ValueTask CommitAsync(
        this ICommitPipeline pipeline, WriteSet set, SubscriptionDirectory directory, Func<WriteSet, Audience, ValueTask> address)
    {
        for (var tries = 1; ; tries++)
        {
            var audience = await directory.CurrentAsync();
            set.Events.Clear();
            set.Audience = audience.Versions;
            await address(set, audience);
            try
            {
                await pipeline.CommitAsync(set);
                return;
            }
            catch (OutdatedAudienceException outdated)
            {
                directory.Outdated(outdated.Now);
                if (tries == Tries) throw new M2MException(ErrorCode.Unavailable, "subscriptions change too fast; try again");
            }
        }
    }
}
