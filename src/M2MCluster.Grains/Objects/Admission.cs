using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Routing;

namespace M2MCluster.Grains.Objects;

/// <summary>Asks for room in the budgets of the bearers before something leaves; what gets none waits for its turn.</summary>
internal sealed class Admission(ObjectCore core)
{
    // Who waits longer than it bears, and whose sender has not been told of it.
    private List<(MailboxItem Item, Mismatch What)>? _late;

    /// <summary>Tells the senders of what has to wait longer than it bears: once for each message.</summary>
    public void Tell(Turn turn)
    {
        foreach (var (item, what) in _late ?? [])
        {
            var told = Warning.Tell(turn, item.Record, [what]);
            if (!ReferenceEquals(told, item.Record)) turn.Amended.Add(told);
        }

        _late = null;
    }

    public bool HasToTell => _late is not null;

    /// <summary>Asks for what would be pushed next. What may not leave yet is not tried before its turn.</summary>
    /// <returns>When the first of those may ask again, Unix milliseconds; <see cref="long.MaxValue"/>: all may leave.</returns>
    public async ValueTask<long> AskAsync(Paths paths, IReadOnlyList<Way> ways, PathTrouble[]? troubles, int room, DateTimeOffset now)
    {
        var planner = core.Services.Planner;
        if (!planner.IsOn || room <= 0 || ways.Count == 0 || core.Description is not { } description) return long.MaxValue;
        var next = long.MaxValue;
        var refused = new Dictionary<Bearer, PlanHold>();
        foreach (var item in core.Mailbox.InOrder.Where(item => item.Attempts.Count < item.Copies).ToList())
        {
            if (!item.MayTry(now.ToUnixTimeMilliseconds()) || !core.MayHave(item.Record, now)) continue;
            var chosen = paths.Weigh(ways, Ask.Of(item), troubles, now).Where(way => way.IsChosen).Select(way => way.Way.Route.Bearer).ToList();
            if (chosen.Count == 0) continue;
            if (await WaitForAnyAsync(item, chosen, description, refused, now) is { } at)
            {
                next = Math.Min(next, at);
                continue;
            }

            if (!item.IsPushed && --room == 0) break;
        }

        return next;
    }

    /// <summary>Copies leave together, or wait together.</summary>
    private async ValueTask<long?> WaitForAnyAsync(
        MailboxItem item, IReadOnlyList<Bearer> bearers, ObjectDescription description, Dictionary<Bearer, PlanHold> refused, DateTimeOffset now)
    {
        foreach (var bearer in bearers.Where(core.Services.Planner.Plans))
        {
            if (await WaitAsync(item, bearer, description, refused, now) is { } at) return at;
        }

        return null;
    }

    /// <summary>Whether a message may be fetched now; what was fetched once already may be again.</summary>
    public async ValueTask<bool> MayFetchAsync(MailboxItem item, Bearer bearer, DateTimeOffset now)
    {
        if (item.Fetched || !core.Services.Planner.Plans(bearer) || core.Description is not { } description) return true;
        return await WaitAsync(item, bearer, description, [], now) is null;
    }

    private async ValueTask<long?> WaitAsync(
        MailboxItem item, Bearer bearer, ObjectDescription description, Dictionary<Bearer, PlanHold> refused, DateTimeOffset now)
    {
        // Who comes after one that was refused does not ask before it.
        if (refused.TryGetValue(bearer, out var ahead)) return item.AwaitTurn(bearer, ahead.At, item.Hold);
        var hold = item.Hold;
        if (hold is null && item.Record is { Plan: null, Latest: { } latest } && latest > now)
        {
            // It came with a group's message, or was accepted while the planner was silent: its place is found now.
            if (await core.Services.Planner.ReserveAsync(bearer, description, item.Record, latest) is { HasRoom: true } place)
            {
                hold = new(place.At, 0);
                if (place.At > now) return item.AwaitTurn(bearer, place.At, hold);
            }
        }

        var permit = await core.Services.Planner.AdmitAsync(bearer, description, item.Record, hold);
        if (permit.Granted)
        {
            item.HasTurn();
            return null;
        }

        var turn = permit.Hold!.Value;
        refused[bearer] = turn;
        if (turn.At > (item.Record.Latest ?? item.Record.AcceptedAt) && !item.Record.Warned.HasFlag(ServiceAttributes.Delay))
            (_late ??= []).Add((item, new(ServiceAttributes.Delay, item.Record.Latest is { } bound ? $"by {bound:u}" : "at once", $"the budget of {bearer.ToString().ToUpperInvariant()} has room at {turn.At:u}")));
        return item.AwaitTurn(bearer, turn.At, turn);
    }
}
