using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Schedule;

/// <summary>
/// Turns of objects that sleep, from their rows and without their grains: the same turn, guarded by the same version. An activation that
/// there is all the same hears of it as of inbox rows, and if it was ahead, the turn is refused.
/// </summary>
internal sealed class Sleepers(ObjectServices services)
{
    // An object that somebody spoke with is in memory for a while (three minutes, by the host), perhaps on another silo.
    private static readonly TimeSpan StaysActive = TimeSpan.FromMinutes(5);

    /// <summary>Takes the object's turn for the times that have come. False: nothing was done, and its grain is to be called.</summary>
    /// <param name="stored">The object as it was read, null if it does not exist.</param>
    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: storage is away; the turn may be on disk, or not.</exception>
    public ValueTask<bool> WakeAsync(string objectId, StoredObject? stored, IReadOnlyList<long> due) =>
        TryAsync(objectId, stored, core => new Waking(core).WakeAsync(due));

    /// <summary>Cancels a message that waits; the same otherwise.</summary>
    public ValueTask<bool> CancelAsync(string objectId, StoredObject? stored, MessageId id, string detail) => TryAsync(objectId, stored, async core =>
    {
        if (core.Description is null || core.Mailbox.Find(id) is not { } item) return;
        var turn = core.Begin();
        turn.End(item, Outcome.Cancelled, item.IsUnderWay ? $"{detail}; it was under way and may have arrived" : detail);
        await core.CommitAsync(turn);
    });

    private async ValueTask<bool> TryAsync(string objectId, StoredObject? stored, Func<ObjectCore, ValueTask> act)
    {
        var now = services.Time.GetUtcNow();
        if (services.Inbox.Follows(objectId) || stored?.OnlineUntil > now.ToUnixTimeMilliseconds()) return false;
        var overtaken = false;
        var core = new ObjectCore(objectId, services, () => overtaken = true, isPassing: true);
        try
        {
            await core.BecomeAsync(stored);
            if (IsActive(core, now) || WakeUps.MayBeNeeded(core)) return false;
            await act(core);
            return true;
        }
        catch (M2MException) when (overtaken)
        {
            return false;
        }
    }

    // What a group sent woke nobody.
    private static bool IsActive(ObjectCore core, DateTimeOffset now)
    {
        var since = now - StaysActive;
        return core.State.SeenAt > since.ToUnixTimeMilliseconds()
            || core.Mailbox.InOrder.Any(item => item.Record.Parent is null && item.Record.AcceptedAt > since);
    }
}
