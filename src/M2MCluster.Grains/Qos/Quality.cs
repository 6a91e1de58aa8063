using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Qos;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Routing;

namespace M2MCluster.Grains.Qos;

/// <summary>
/// Asks the network for what an object's messages want before they leave (6.4). A message waits for the answer for a moment, and no longer: without one it goes as others do.
/// One that wants all or nothing ends, if it gets less.
/// </summary>
internal sealed class Quality(ObjectCore core)
{
    /// <summary>Asks before the message is accepted, if it would go now.</summary>
    /// <returns>What it gets; null: nothing was asked.</returns>
    /// <exception cref="M2MException"><see cref="ErrorCode.QosRefused"/></exception>
    public async ValueTask<QosView?> AdmitAsync(ObjectDescription description, MessageRecord message, Func<ValueTask<Channel?>> route)
    {
        if (message.Terms?.Qos is null || await route() is not { } way) return null;
        var view = await core.Services.Qos.AskAsync(way.Bearer, description, message, QosReason.None);
        return view is { Blocks: true } ? throw new M2MException(ErrorCode.QosRefused, view.Text) : view;
    }

    /// <summary>What the sender should know of it at once.</summary>
    public static IReadOnlyList<Mismatch> MismatchOf(QosView? view)
    {
        if (view is null || (view is { Status: QosStatus.Asking or QosStatus.Granted, IsDegraded: false })) return [];
        var attribute = view.Asked.Bandwidth is null ? ServiceAttributes.Delay : ServiceAttributes.Bandwidth;
        return [new(attribute, $"{QosLedger.Words(view.Asked)} of {view.Bearer.ToString().ToUpperInvariant()}", view.Profile is null ? $"none can be had: {view.Detail}" : $"only {view.Profile}, {view.Bandwidth} bit/s, can be had: {view.Detail}")];
    }

    /// <summary>Asks for what would be pushed next.</summary>
    /// <returns>When the first may go without an answer, Unix milliseconds; <see cref="long.MaxValue"/>: none waits for one.</returns>
    public async ValueTask<long> AskAsync(Paths paths, IReadOnlyList<Way> ways, PathTrouble[]? troubles, int room, DateTimeOffset now)
    {
        if (room <= 0 || ways.Count == 0 || core.Description is not { } description || !core.Mailbox.InOrder.Any(item => item.Record.Terms?.Qos is not null)) return long.MaxValue;
        var next = long.MaxValue;
        List<MailboxItem>? blocked = null;
        foreach (var item in core.Mailbox.InOrder.Where(item => item.Attempts.Count < item.Copies).ToList())
        {
            if (item.Record.Terms?.Qos is not null) item.EndWaitForQuality();
            if (!item.MayTry(now.ToUnixTimeMilliseconds()) || !core.MayHave(item.Record, now)) continue;
            if (item.Record.Terms?.Qos is not null && await WaitAsync(item, paths, ways, troubles, description, now) is { } at)
            {
                if (item.Quality?.Blocks == true) (blocked ??= []).Add(item);
                else next = Math.Min(next, at);
                continue;
            }

            if (!item.IsPushed && --room == 0) break;
        }

        if (blocked is not null) await EndAsync(blocked);
        return next;
    }

    /// <summary>The message takes long to be handed over, and needs its session for longer.</summary>
    public void GoOn(MailboxItem item)
    {
        if (core.Description is { } description && item.Quality is { Status: QosStatus.Granted } view)
            core.Services.Qos.AskAsync(view.Bearer, core.Sharing.Over(description), item.Record, view.Reason).AsTask().Ignore();
    }

    /// <summary>The object takes it by itself: what it wants is asked for, and it is not kept waiting.</summary>
    /// <returns>Whether it may have it.</returns>
    public async ValueTask<bool> MayFetchAsync(MailboxItem item, Bearer bearer)
    {
        if (item.Record.Terms?.Qos is null || core.Description is not { } description) return true;
        Hear(item, await core.Services.Qos.AskAsync(bearer, core.Sharing.Over(description), item.Record, item.Quality?.Reason ?? QosReason.None));
        if (item.Quality?.Blocks != true) return true;
        await EndAsync([item]);
        return false;
    }

    /// <returns>Until when it waits; null: it may leave.</returns>
    private async ValueTask<long?> WaitAsync(MailboxItem item, Paths paths, IReadOnlyList<Way> ways, PathTrouble[]? troubles, ObjectDescription description, DateTimeOffset now)
    {
        var chosen = paths.Weigh(ways, Ask.Of(item), troubles, now).Where(way => way.IsChosen).Select(way => way.Way.Route.Bearer);
        // Of copies the first whose network can be asked has it.
        if (chosen.OrderBy(bearer => core.Services.Qos.Find(bearer) is null).Select(bearer => (Bearer?)bearer).FirstOrDefault() is not { } first) return null;
        var view = await core.Services.Qos.AskAsync(first, core.Sharing.Over(description), item.Record, item.Quality?.Reason ?? QosReason.None);
        Hear(item, view);
        if (view is { Blocks: true }) return now.ToUnixTimeMilliseconds();
        if (view is not { Status: QosStatus.Asking } || core.Services.Qos.Find(first) is not { } of) return null;
        var until = DueTime.Of(view.AskedAt + of.Patience);
        return until > now.ToUnixTimeMilliseconds() ? item.WaitForQuality(until) : null;
    }

    /// <summary>The message shows what was asked for it.</summary>
    public void Hear(MailboxItem item, QosView? view)
    {
        if (view is null) return;
        if (item.Quality?.Text != view.Text) item.Steps.Add(new(core.Now, view.Text));
        item.Quality = view;
    }

    private async ValueTask EndAsync(IReadOnlyList<MailboxItem> blocked)
    {
        var turn = core.Begin();
        foreach (var item in blocked) turn.End(item, Outcome.Failed, item.Quality!.Text);
        try
        {
            await core.CommitAsync(turn);
        }
        catch (M2MException)
        {
            // It waits on, and is looked at again with the next contact.
        }
    }
}
