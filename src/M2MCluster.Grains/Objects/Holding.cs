using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Objects;

namespace M2MCluster.Grains.Objects;

/// <summary>Arbitrates the object's commands between applications (6.11): one may have them for itself, for a bounded time.</summary>
internal sealed class Holding(ObjectCore core, Delivering delivering)
{
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public async ValueTask HoldAsync(string application, TimeSpan duration, int priority)
    {
        if (duration < TimeSpan.FromSeconds(1) || duration > Longest) throw M2MException.Invalid("duration", "is 1 s to 1 day");
        if (priority is < 0 or > 7) throw M2MException.Invalid("priority", "is 0 to 7");
        var description = await core.LoadExistingAsync();
        var turn = core.Begin();
        var former = description.Hold is { } standing && standing.Until > turn.Now ? standing : null;
        if (former is not null && former.Application != application && former.Priority >= priority)
        {
            throw new M2MException(
                ErrorCode.FailedPrecondition, $"{Names.Applications}{former.Application} holds the commands of {core.Id} with priority {former.Priority} until {former.Until:u}");
        }

        var hold = new CommandHold(application, priority, turn.Now + duration);
        turn.Description = turn.Description with { Hold = hold, UpdatedAt = turn.Now };
        turn.Act(Names.Applications + application, "object.hold");
        turn.Tell(EventTypes.ObjectHold, EventData.Hold(hold, former is null ? "HELD" : former.Application == application ? "EXTENDED" : "TAKEN_OVER", former));
        await core.CommitAsync(turn);
        await delivering.PumpAsync();
    }

    public async ValueTask ReleaseAsync(string? application)
    {
        var description = await core.LoadExistingAsync();
        if (description.Hold is not { } hold || (application is not null && hold.Application != application)) return;
        var turn = core.Begin();
        End(turn, "RELEASED");
        turn.Act(application is null ? "operator" : Names.Applications + application, "object.release");
        await core.CommitAsync(turn);
        await delivering.PumpAsync();
        delivering.Notify();
    }

    /// <summary>Ends the hold in the turn.</summary>
    public static void End(Turn turn, string how)
    {
        var former = turn.Description.Hold;
        turn.Description = turn.Description with { Hold = null, UpdatedAt = turn.Now };
        turn.Tell(EventTypes.ObjectHold, EventData.Hold(null, how, former));
    }
}
