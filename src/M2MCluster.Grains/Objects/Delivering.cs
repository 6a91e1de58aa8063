using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Qos;
using M2MCluster.Grains.Routing;
using M2MCluster.Grains.Transactions;

namespace M2MCluster.Grains.Objects;

/// <summary>Pushes what waits over whatever channel there is; <see cref="Settling"/> draws the conclusion from what became of it.</summary>
internal sealed class Delivering(ObjectCore core)
{
    public Paths Paths { get; } = new(core);
    public Admission Admission { get; } = new(core);
    public Quality Quality { get; } = new(core);

    /// <summary>The object was heard of, unless that is its last will: what waits has its chance.</summary>
    public ValueTask ContactAsync(Speaker speaker)
    {
        if (speaker.IsGone) return default;
        Paths.Heard(speaker);
        return core.Mailbox.Count == 0 ? default : PumpAsync();
    }

    /// <summary>
    /// Starts as many attempts as the object bears, in order. What called is committed and does not fail here: what cannot be pushed now
    /// waits.
    /// </summary>
    public async ValueTask PumpAsync()
    {
        if (core.Mailbox.Count == 0 || core.Description is not { } description) return;
        var now = core.Now;
        var nowMs = now.ToUnixTimeMilliseconds();
        if (Show(now)) Notify();
        var ways = await Paths.NowAsync(description, nowMs);
        var (inFlight, troubles) = LookAfter(ways, now);
        Urgency.Hurry(core, now);
        var room = core.TraitsOf(description).InFlight - inFlight;
        if (room <= 0 && Overtakes(ways, troubles, now)) room = 1;
        var answerAt = await Quality.AskAsync(Paths, ways, troubles, room, now);
        var turnAt = await Admission.AskAsync(Paths, ways, troubles, room, now);
        var pushed = ways.Count > 0 && await HandOutAsync(ways, troubles, room, now) && Push(ways, troubles, room, now);

        var call = await WakeUps.AdmitAsync(core, WakeUps.Look(core, now), now);
        var lostAt = pushed ? core.Now.ToUnixTimeMilliseconds() + (long)Turn.AttemptDeadline.TotalMilliseconds : long.MaxValue;
        var next = new[] { answerAt, turnAt, call.LookAt, Urgency.LookAt(core, ways), lostAt }.Min();
        var hasTimer = next == long.MaxValue || (core.State.ArmedAt != 0 && core.State.ArmedAt <= next);
        if (hasTimer && call.For is null && troubles == core.State.Troubles && !Admission.HasToTell) return;
        var turn = core.Begin();
        turn.WakeBy(next);
        Admission.Tell(turn);
        turn.State = (call.For is { } called ? WakeUps.Called(turn.State, new(core.Services.Ids.Next(), called.Record.Id), nowMs) : turn.State) with { Troubles = troubles };
        try
        {
            await core.CommitAsync(turn);
        }
        catch (M2MException)
        {
            // The attempt is under way all the same; if it is lost, the object's next contact finds it.
            return;
        }

        if (call.For is { } urgent) WakeUps.Call(core, urgent, now);
    }

    /// <summary>Holds back what the object may not have now, and shows what it may.</summary>
    /// <returns>Whether any is shown that was held back.</returns>
    private bool Show(DateTimeOffset now)
    {
        var any = false;
        foreach (var item in core.Mailbox.InOrder.Where(item => item.Record.Terms is not null))
        {
            var former = item.State;
            item.Show(core.Services.Constraints.Allow(item.Record, core.Sharing.Over(core.Description!), core.State.Conditions, now), now);
            any |= former == MessageState.Held && item.State != former;
        }

        return any;
    }

    /// <summary>What is of higher priority than all that is under way does not wait for any of it: at most seven messages go beyond the window, one above the other.</summary>
    private bool Overtakes(IReadOnlyList<Way> ways, PathTrouble[]? troubles, DateTimeOffset now)
    {
        var first = Ready(ways, troubles, now).FirstOrDefault();
        return first is not null && core.Mailbox.InOrder.All(item => !item.IsPushed || item.Record.Priority < first.Record.Priority);
    }

    /// <summary>That parts of transactions and anycasts leave the platform is on disk before they do.</summary>
    private async ValueTask<bool> HandOutAsync(IReadOnlyList<Way> ways, PathTrouble[]? troubles, int room, DateTimeOffset now)
    {
        if (room <= 0) return true;
        var parts = Ready(ways, troubles, now).Take(room).Where(item => item.IsUntriedAnycast || item.Record.Transaction is { Phase: TransactionPhase.Waiting }).ToList();
        if (parts.Count == 0) return true;
        var turn = core.Begin();
        foreach (var item in parts)
        {
            Participating.HandOut(turn, item);
            Anycasting.Try(turn, item);
        }

        try
        {
            await core.CommitAsync(turn);
            foreach (var item in parts) item.Try();
            return true;
        }
        catch (M2MException)
        {
            // They wait on; the object's next contact, or the schedule, tries again.
            return false;
        }
    }

    /// <summary>What is not under way and could be, in order.</summary>
    private IEnumerable<MailboxItem> Ready(IReadOnlyList<Way> ways, PathTrouble[]? troubles, DateTimeOffset now) =>
        core.Mailbox.InOrder.Where(item => !item.IsPushed && WaysFor(item, ways, troubles, now) is not null);

    /// <summary>The ways weighed for another attempt; null: none begins now.</summary>
    private IReadOnlyList<WeighedWay>? WaysFor(MailboxItem item, IReadOnlyList<Way> ways, PathTrouble[]? troubles, DateTimeOffset now)
    {
        if (item.Attempts.Count >= item.Copies || (item.IsPushed && item.Fetched)) return null;
        if (!item.MayTry(now.ToUnixTimeMilliseconds()) || !core.MayHave(item.Record, now)) return null;
        var weighed = Paths.Weigh(ways, Ask.Of(item), troubles, now);
        return weighed.Count > 0 && weighed[0].IsChosen ? weighed : null;
    }

    private bool Push(IReadOnlyList<Way> ways, PathTrouble[]? troubles, int room, DateTimeOffset now)
    {
        var any = false;
        foreach (var item in core.Mailbox.InOrder.ToList())
        {
            // A further copy of a message takes no room.
            var isFirst = !item.IsPushed;
            if ((isFirst && room <= 0) || WaysFor(item, ways, troubles, now) is not { } weighed) continue;
            item.Paths = Paths.Views(weighed, item) ?? item.Paths;
            // What was asked before took time; when it leaves says by which slot it counts.
            foreach (var way in weighed.Where(way => way.IsChosen)) Begin(item, way, weighed.Count > 1, core.Now);
            if (isFirst) room--;
            any = true;
        }

        return any;
    }

    private void Begin(MailboxItem item, WeighedWay chosen, bool hadChoice, DateTimeOffset now)
    {
        var (way, channel) = (chosen.Way, chosen.Way.Channel);
        Attempt attempt = new(core.Services.Ids.Next(), way.Route, channel, now.ToUnixTimeMilliseconds());
        item.Begin(attempt, now);
        item.Steps.Add(new(now, $"pushed over {way.Route}{(item.IsHurried ? ", since it goes unconfirmed" : "")}{(hadChoice ? ": " + chosen.Reason : "")}"));
        channel.Edge.Deliver(channel.Session, new(core.Id, attempt.Id, item.ToWaiting(), MaxDatagram())).Ignore();
    }

    private int? MaxDatagram() => core.Description is { } description ? core.TraitsOf(description).MaxDatagram : null;

    /// <summary>Tells observers that the mailbox changed, and those of the gateway's list, which has it too.</summary>
    /// <param name="by">Who changed it, and knows; nobody if not given.</param>
    public void Notify(Speaker? by = null)
    {
        NotifyOwn(by);
        if (core.Description?.Gateway is { } gateway && by?.ObjectId != gateway) core.Services.Grains.GetObject(gateway).ChildMailboxChanged().AsTask().Ignore();
    }

    /// <summary>Tells the observers of this list alone.</summary>
    public void NotifyOwn(Speaker? by)
    {
        if (core.IsSuspended) return;
        foreach (var channel in core.Channels.All.Where(channel => channel.Traits.HasFlag(ChannelTraits.Notices)))
        {
            if (channel.Bearer != by?.Bearer || channel.Session != by?.Address) channel.Edge.MailboxChanged(channel.Session, core.Id).Ignore();
        }
    }

    /// <summary>The way to the object is another one now: what was under way waits again.</summary>
    public void Reroute() => Reset(_ => true);

    /// <summary>The session is gone: what was under way on it waits again.</summary>
    public void Abandon(Channel channel) => Reset(over => over.Session == channel.Session && over.Bearer == channel.Bearer);

    private void Reset(Predicate<Channel> isGone)
    {
        foreach (var item in core.Mailbox.InOrder) item.Reset(isGone, core.Now);
    }

    /// <summary>Gives up attempts whose session is gone, or of which nothing was heard for long.</summary>
    /// <returns>How many messages are under way, and what is known of failing ways now.</returns>
    private (int InFlight, PathTrouble[]? Troubles) LookAfter(IReadOnlyList<Way> ways, DateTimeOffset now)
    {
        // A session that tells when it ends, and is not there any more: also that of a gateway, which is not told here.
        Reset(over => core.Services.Edges.IsGone(over.Silo)
            || (over.Bearer == Bearer.Mqtt && !ways.Any(way => way.Channel.Bearer == over.Bearer && way.Channel.Session == over.Session)));
        var nowMs = now.ToUnixTimeMilliseconds();
        var (count, troubles) = (0, core.State.Troubles);
        foreach (var item in core.Mailbox.InOrder.Where(item => item.IsPushed))
        {
            foreach (var attempt in item.Attempts.Where(attempt => attempt.Deadline <= nowMs).ToList())
            {
                troubles = Troubles.Failed(troubles, attempt.Route, nowMs, core.Services.Figures.Options);
                core.Services.Delivery.Attempted(attempt.Route.Bearer, AttemptResult.Unheard);
                item.Fail(attempt, nowMs, AttemptResult.Unheard, now);
            }

            // What a service stores for the object takes none of its room.
            if (item.Attempts.Any(attempt => !attempt.IsStored)) count++;
        }

        return (count, troubles);
    }
}
