using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>Asks for room in the budgets of the bearers before something leaves; what gets none waits for its turn.</summary>
internal sealed class Admission(ObjectCore core)
{
    /// <summary>Asks for what would be pushed next. What may not leave yet is not tried before its turn.</summary>
    /// <returns>When the first of those may ask again, Unix milliseconds; <see cref="long.MaxValue"/>: all may leave.</returns>
    public async ValueTask<long> AskAsync(IReadOnlyList<Channel> channels, int room, DateTimeOffset now)
    {
        var planner = core.Services.Planner;
        if (!planner.IsOn || room <= 0 || channels.Count == 0 || core.Description is not { } description) return long.MaxValue;
        var next = long.MaxValue;
        var refused = new Dictionary<Bearer, PlanHold>();
        foreach (var item in core.Mailbox.InOrder.Where(item => item.Attempt == 0).ToList())
        {
            if (item.RetryAt > now.ToUnixTimeMilliseconds() || !core.MayHave(item.Record, now)) continue;
            if (channels.FirstOrDefault(candidate => Paths.Carries(candidate, item.Record)) is not { } channel) continue;
            if (planner.Plans(channel.Bearer) && await WaitAsync(item, channel.Bearer, description, refused, now) is { } at)
            {
                next = Math.Min(next, at);
                continue;
            }

            if (--room == 0) break;
        }

        return next;
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

        refused[bearer] = permit.Hold!.Value;
        return item.AwaitTurn(bearer, permit.Hold.Value.At, permit.Hold);
    }
}
