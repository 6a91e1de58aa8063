using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;

namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>
/// A message to one member of a group, whichever takes it. One member has it at a time; the next is asked only when it is certain that the former one did not and will not act
/// on it: it said no, or it was never handed the message and has it no more. If that is not certain, it ends there. As a transaction it is certain as long as a member has not
/// promised: it prepares, and acts only when it is told, which one member is.
/// </summary>
internal sealed class Anycast(CampaignServices services, MessageId id, CampaignState state, long version, Action retire) : CampaignRun(services, id, state, version, retire)
{
    /// <summary>Members that are asked at most.</summary>
    public const int MostAsked = 1000;

    // Where the sender says nothing, a member has its share of the time that is left, at most as long as this.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    private const int MostShares = 4;

    public override bool PartEnded() => true;

    public override void Doubt()
    {
    }

    protected override bool Rests(CampaignState next) => false;

    // The part's end is told; for word that was lost it is looked at all the same, more and more rarely.
    protected override long? WaitsUntil(CampaignState next) => next.Asked is null ? null : next.AskedUntil;

    protected override async ValueTask<TimeSpan?> StepAsync(MessageRecord message)
    {
        if (State.Asked is not { } asked) return await AskNextAsync(message);
        var part = await FindAsync(asked);
        if (part.Outcome is null)
        {
            var now = Now.ToUnixTimeMilliseconds();
            if (now < State.AskedUntil && State.RestEnds is null) return TimeSpan.FromMilliseconds(State.AskedUntil - now);
            // Who may have it keeps it: until it answers, or the message expires. Either ends the part.
            if (!await WithdrawAsync(part)) return null;
            part = await FindAsync(asked);
        }

        var member = $"{part.Target}, {Names.Messages}{part.Id}";
        if (part.Outcome is Outcome.Sent or Outcome.Delivered or Outcome.Applied) await EndAsync(message, part.Outcome.Value, $"by {member}", part.Result);
        else if (MayHaveDone(part)) await EndAsync(message, Outcome.Unknown, $"{member} may have it, and ended {part.Outcome.ToString()!.ToUpperInvariant()}");
        else
        {
            await CommitAsync(State with { Asked = null }, _ => { });
            return TimeSpan.Zero;
        }

        return null;
    }

    // What was only to be prepared was not done, whether or not its member has heard by now that it was taken back.
    private static bool MayHaveDone(MessageRecord part) => part.Outcome switch
    {
        Outcome.Rejected => false,
        Outcome.Unknown => true,
        _ => part.Transaction is { } role ? role.Phase == TransactionPhase.Prepared : part.Part.HasFlag(PartTraits.Tried),
    };

    private TimeSpan WaitFor(MessageRecord message, DateTimeOffset now)
    {
        if (State.Terms.MemberWait is { } wait) return wait;
        var share = (message.ExpiresAt - now) / Math.Min(MostShares, State.Targets - State.Dispatched);
        return share > LongestWait ? LongestWait : share < ShortestWait ? ShortestWait : share;
    }

    private async ValueTask<TimeSpan?> AskNextAsync(MessageRecord message)
    {
        var now = Now;
        if (State.RestEnds is { } rest) await EndAsync(message, rest, State.Reason ?? "");
        else if (message.ExpiresAt <= now) await EndAsync(message, Outcome.Expired, $"{State.Dispatched} of {State.Targets} members were asked");
        else if (State.IsAll) await EndAsync(message, Outcome.Failed, $"none of {State.Targets} members took it");
        else return await AskAsync(message, now);
        return null;
    }

    private async ValueTask<TimeSpan?> AskAsync(MessageRecord message, DateTimeOffset now)
    {
        var target = (await ChunkAsync(0))[State.Dispatched];
        var made = Part(message, target, now);
        var part = made with
        {
            Part = made.Part | PartTraits.Anycast, Transaction = message.Confirmation == Confirmation.Transaction ? new(TransactionPhase.Waiting) : null,
        };
        var wait = WaitFor(message, now);
        await CommitAsync(
            State with { Dispatched = State.Dispatched + 1, Asked = part.Id, AskedUntil = DueTime.Of(now + wait) },
            set =>
            {
                set.Messages.Add(part);
                set.Inboxes.Add(target);
                set.Arm.Add(new(DueTime.Of(message.ExpiresAt), target));
            });
        Services.Metrics.AcceptedForGroup(1);
        Services.Meter.Dispatched(1, withheld: false);
        if ((await Callees.AmongAsync(Services.Index, [target], now)).Count > 0) CallAsync(target).Ignore();
        else await Services.Sending.Calling.CallAsync(message, [target]);
        return wait;
    }

    private async ValueTask<bool> WithdrawAsync(MessageRecord part)
    {
        try
        {
            return await Services.Grains.GetObject(part.Target[Names.Objects.Length..]).Withdraw(part.Id);
        }
        catch (M2MException gone) when (gone.Code == ErrorCode.NotFound)
        {
            // With the object its messages end.
            return false;
        }
    }

    private async ValueTask<MessageRecord> FindAsync(MessageId part) =>
        await Services.Messages.FindAsync(part, CancellationToken.None) ?? throw M2MException.NotFound(Names.Messages + part);
}
