using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;
using M2MCluster.Grains.Routing;

namespace M2MCluster.Grains.Objects;

/// <summary>Asks for room in the budgets of the bearers before something leaves; what gets none waits for its turn.</summary>
internal sealed class Admission(ObjectCore core)
{
    private const int MostTries = 3;

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
        if (!core.Services.Planner.IsOn || ways.Count == 0 || core.Description is null) return long.MaxValue;
        var next = long.MaxValue;
        var granted = new Dictionary<(MessageId, Bearer), DateTimeOffset>();
        for (var tries = 1; ; tries++)
        {
            next = Math.Min(next, await AskOnceAsync(paths, ways, troubles, room, granted, now));
            // Answers take time. What did not get away in its slot would leave beyond the budget of the next one.
            if (tries == MostTries || granted.Values.All(until => until > core.Now)) return next;
        }
    }

    /// <summary>When a message may be fetched; null: now. What was fetched once already may be again.</summary>
    public async ValueTask<DateTimeOffset?> AwaitFetchAsync(MailboxItem item, Bearer bearer, DateTimeOffset now)
    {
        if (item.Fetched || !core.Services.Planner.Plans(bearer) || core.Description is not { } description) return null;
        return await WaitAsync(item, bearer, core.Sharing.Over(description), [], [], now) is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
    }

    private async ValueTask<long> AskOnceAsync(
        Paths paths, IReadOnlyList<Way> ways, PathTrouble[]? troubles, int room, Dictionary<(MessageId, Bearer), DateTimeOffset> granted, DateTimeOffset now)
    {
        var description = core.Sharing.Over(core.Description!);
        var (next, nowMs) = (long.MaxValue, now.ToUnixTimeMilliseconds());
        var refused = new Dictionary<(Bearer, MessageId?), PlanHold>();
        foreach (var item in core.Mailbox.InOrder.Where(item => item.Attempts.Count < item.Copies).ToList())
        {
            // Who waits since an earlier time is asked before, as well; who can wait leaves the way to the others.
            if (item.TurnAfter(nowMs) is var (awaited, turn) && item.MayTry(nowMs)) refused.TryAdd((awaited, item.Record.Terms?.Flow), new(DateTimeOffset.FromUnixTimeMilliseconds(turn), Rank.Urgent(item.Record.Priority)));
            // A further copy takes no room, and uses the budget all the same.
            if (item.IsPushed ? item.Fetched : room <= 0) continue;
            var leaves = false;
            while (!leaves && item.MayTry(nowMs) && core.MayHave(item.Record, now))
            {
                // Where one bearer's budget is used up, what cannot wait takes another way; of copies those leave that can.
                var chosen = paths.Weigh(ways, Ask.Of(item), troubles, now).Where(way => way.IsChosen).Select(way => way.Way.Route.Bearer).ToList();
                if (chosen.Count == 0) break;
                leaves = true;
                foreach (var bearer in chosen.Where(core.Services.Planner.Plans))
                {
                    if (await WaitAsync(item, bearer, description, refused, granted, now) is not { } at) continue;
                    next = Math.Min(next, at);
                    leaves = false;
                }
            }

            if (leaves && !item.IsPushed) room--;
        }

        return next;
    }

    private async ValueTask<long?> WaitAsync(
        MailboxItem item, Bearer bearer, ObjectDescription description,
        Dictionary<(Bearer, MessageId?), PlanHold> refused, Dictionary<(MessageId, Bearer), DateTimeOffset> granted, DateTimeOffset now)
    {
        if (granted.TryGetValue((item.Record.Id, bearer), out var until) && until > core.Now) return null;
        granted.Remove((item.Record.Id, bearer));
        // Who comes after one that was refused does not ask before it.
        if (refused.TryGetValue((bearer, item.Record.Terms?.Flow), out var ahead)) return item.AwaitTurn(bearer, ahead.At, item.HoldOn(bearer));
        var hold = item.HoldOn(bearer);
        if (hold is null && until == default && item.Record is { Plan: null, Latest: { } latest } && latest > now)
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
            item.HasTurn(bearer);
            granted[(item.Record.Id, bearer)] = permit.Until == default ? DateTimeOffset.MaxValue : permit.Until;
            return null;
        }

        var turn = permit.Hold!.Value;
        refused[(bearer, item.Record.Terms?.Flow)] = turn;
        if (turn.At > (item.Record.Latest ?? item.Record.AcceptedAt) && !item.Record.Warned.HasFlag(ServiceAttributes.Delay))
            (_late ??= []).Add((item, new(ServiceAttributes.Delay, item.Record.Latest is { } bound ? $"by {bound:u}" : "at once", $"the budget of {bearer.ToString().ToUpperInvariant()} has room at {turn.At:u}")));
        return item.AwaitTurn(bearer, turn.At, turn);
    }
}
