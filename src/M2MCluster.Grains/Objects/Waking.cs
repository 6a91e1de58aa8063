using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.ReportTasks;
using M2MCluster.Grains.Transactions;

namespace M2MCluster.Grains.Objects;

/// <summary>
/// What falls due for the object: messages expire, its registration ends, its reachability changes. The same whether the object is in memory
/// or only its rows were read.
/// </summary>
internal sealed class Waking(ObjectCore core)
{
    private const int MaxEndedAtOnce = 1000;

    /// <param name="due">The armed times that have come, Unix milliseconds; none if the object was called for another reason.</param>
    public async ValueTask WakeAsync(params IReadOnlyList<long> due)
    {
        if (core.Description is null)
        {
            await EndForGoneAsync(due);
            return;
        }

        var turn = core.Begin();
        foreach (var at in due)
        {
            turn.Disarm.Add(new(at, core.Id));
            if (at == turn.State.ArmedAt) turn.State = turn.State with { ArmedAt = 0 };
        }

        await Expecting.JudgeAsync(turn, core);
        Participating.Doubt(turn, core);
        foreach (var item in core.Mailbox.InOrder.Where(item => item.Record.ExpiresAt <= turn.Now && !Participating.OutlivesExpiry(turn, core, item)).ToList())
        {
            if (item.IsStored) turn.End(item, Outcome.Unknown, "no receipt came in time; it may have arrived");
            else turn.End(item, Outcome.Expired, item.IsUnderWay ? "no result came in time; it may have arrived" : null);
        }

        if (turn.Description.Registration is { } registration && registration.ExpiresAt <= turn.Now)
            Registering.EndRegistration(turn, "expired");
        Incomplete.Expire(turn, core);
        if (turn.Description.Hold is { } hold && hold.Until <= turn.Now) Holding.End(turn, "EXPIRED");
        await core.CommitAsync(turn);
        Linking.EndIdle(core);
    }

    /// <summary>
    /// A time came for an object that is not there. A group's message may have been written for it just as it was deleted: that one ends
    /// here.
    /// </summary>
    private async ValueTask EndForGoneAsync(IReadOnlyList<long> due)
    {
        var waiting = await core.Services.Messages.ListAsync(
            new(Target: Names.Objects + core.Id, Waiting: true), new(long.MaxValue), MaxEndedAtOnce, CancellationToken.None);
        var nobody = new ObjectDescription { Id = core.Id, Kind = ObjectKind.Device, CreatedAt = core.Now, UpdatedAt = core.Now };
        var turn = new Turn(core, nobody, new()) { IsRemoval = true };
        foreach (var record in waiting) turn.End(new(record), Outcome.Failed, "the object was deleted");
        if (waiting.Count < MaxEndedAtOnce)
        {
            foreach (var at in due) turn.Disarm.Add(new(at, core.Id));
        }

        if (due.Count > 0 || waiting.Count > 0) await core.CommitAsync(turn);
    }
}
