using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>Ends and suspends the object's link: by a call, by itself, or at the object's word (4.15, 4.22).</summary>
internal sealed class Linking(ObjectCore core, Access access, Delivering delivering)
{
    private static readonly TimeSpan LongestSuspension = TimeSpan.FromDays(7);

    /// <summary>The object is silent from now on; nothing that is under way counts any more, since its answer cannot come.</summary>
    public async ValueTask SuspendAsync(Speaker speaker, TimeSpan atMost)
    {
        await core.LoadExistingAsync();
        await access.DemandAsync(speaker, PlainAccess.Full);
        if (atMost < TimeSpan.FromSeconds(1) || atMost > LongestSuspension) throw M2MException.Invalid("suspend", "must be 1 to 604800 seconds");
        var turn = core.Begin();
        if (!speaker.IsGone) turn.Seen();
        turn.State = turn.State with { SuspendedUntil = turn.NowMs + (long)atMost.TotalMilliseconds, AwakeUntil = turn.NowMs };
        await core.CommitAsync(turn);
        delivering.Reroute();
    }

    public async ValueTask DisconnectAsync(string actor)
    {
        await core.LoadExistingAsync();
        var turn = core.Begin();
        if (turn.Description.Registration is not null) Registering.EndRegistration(turn, "released");
        if (core.Channels.IsConnected) Registering.HangUp(turn, core);
        turn.Connected(false);
        turn.Act(actor, "object.disconnect");
        await core.CommitAsync(turn);
        delivering.Reroute();
        foreach (var channel in core.Channels.Clear()) channel.Edge.Close(channel.Session, CloseReason.Released).Ignore();
    }

    /// <summary>Ends sessions over which nothing went for the object's idle timeout. Their edge tells when they have ended.</summary>
    public static void EndIdle(ObjectCore core)
    {
        if (core.Description is not { } description || core.TraitsOf(description).IdleTimeout is not (> 0 and var timeout)) return;
        if (core.Now.ToUnixTimeMilliseconds() < core.State.SeenAt + timeout || core.Mailbox.InOrder.Any(item => item.IsUnderWay)) return;
        foreach (var channel in core.Channels.All.Where(channel => channel.Bearer == Bearer.Mqtt)) channel.Edge.Close(channel.Session, CloseReason.Idle).Ignore();
    }
}
