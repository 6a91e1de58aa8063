using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Planning;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Groups.Casting;

namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>A message to every member of a group. Each step deals with some thousand of them, and nobody is missed or gets two.</summary>
internal sealed class Campaign : CampaignRun
{
    private const int CancelledAtOnce = 1000;
    private static readonly TimeSpan ShortestLook = TimeSpan.FromSeconds(1);

    private readonly RateAllowance _allowance;
    private readonly Frames _frames;
    private readonly MemberCalls _memberCalls;
    private Task _calls = Task.CompletedTask;
    private (int Ordinal, string[] Targets) _chunk = (-1, []);
    private MessageId _cancelBefore = new(long.MaxValue);
    private long _nextLook;
    private PlanHold? _hold;
    private int? _open;

    public Campaign(CampaignServices services, MessageId id, CampaignState state, long version, Action retire)
        : base(services, id, state, version, retire)
    {
        _allowance = new(services.Time, state.Terms.Rate);
        _frames = new(services, id);
        _memberCalls = new(services);
    }

    public override async ValueTask PauseAsync(string actor)
    {
        if (State.IsAll || State.RestEnds is not null)
            throw new M2MException(ErrorCode.FailedPrecondition, "every member has its part; there is nothing to pause");
        if (State.Phase == CampaignPhase.Paused) return;
        await ChangeAsync(State with { Phase = CampaignPhase.Paused, Reason = $"by {actor}" }, actor, "message.pause");
    }

    public override async ValueTask ResumeAsync(string actor)
    {
        if (State.Phase != CampaignPhase.Paused) throw new M2MException(ErrorCode.FailedPrecondition, "the campaign is not paused");
        await ChangeAsync(State with { Phase = CampaignPhase.Running, Reason = null }, actor, "message.resume");
    }

    public override bool PartEnded()
    {
        _open = _open is { } open ? open - 1 : null;
        return _open is <= 0 || (_open is null && (State.IsAll || State.Phase == CampaignPhase.Canary));
    }

    public override void FrameEnded(MessageId frame) => _frames.Ended(frame);

    public override void Doubt()
    {
        _open = null;
        _frames.Doubt();
    }

    protected override bool Rests(CampaignState next) => base.Rests(next) && !_memberCalls.Remain(next);

    protected override async ValueTask<TimeSpan?> StepAsync(MessageRecord message)
    {
        var next = await SendStepAsync(message);
        if (State.Phase == CampaignPhase.Ended || await CallStepAsync(message) is not { } call) return next;
        return next is { } sends && sends < call ? sends : call;
    }

    /// <summary>Of those who have their parts, the next ones are called if they sleep. Null: there are none, or not before there are more.</summary>
    private async ValueTask<TimeSpan?> CallStepAsync(MessageRecord message)
    {
        _memberCalls.Look(message);
        if (!_memberCalls.Remain(State)) return null;
        var (count, isPage) = await _memberCalls.CallNextAsync(State, ChunkAsync);
        // Not before: those who are called twice, because this is not on disk, are not called twice by their grains.
        if (count > 0) await CommitAsync(State with { Called = State.Called + count }, _ => { });
        return !isPage ? _memberCalls.Wait : _memberCalls.Remain(State) ? TimeSpan.Zero : null;
    }

    private async ValueTask<TimeSpan?> SendStepAsync(MessageRecord message)
    {
        if (await SettleFrameAsync(message)) return TimeSpan.Zero;
        if (State is { IsAll: true, CancelsOpen: true })
        {
            await CancelNextAsync();
            return TimeSpan.Zero;
        }

        if (State.IsAll) return await FollowAsync(message);
        if (State.RestEnds is null && message.ExpiresAt <= Now) await StopAsync(Outcome.Expired, "the message expired before the member's turn came");
        if (State.RestEnds is { } outcome)
        {
            await EndNextAsync(message, outcome);
            return TimeSpan.Zero;
        }

        if (State.Phase == CampaignPhase.Paused) return null;
        if (await JudgeAsync()) return null;
        return State.RestEnds is null ? await SendNextAsync(message) : TimeSpan.Zero;
    }

    /// <summary>The canary's outcomes, and from time to time those of all.</summary>
    /// <returns>Whether the others wait for the canary, of which each end is told.</returns>
    private async ValueTask<bool> JudgeAsync()
    {
        var waits = !State.CanaryPassed && State.CanarySize > 0 && State.Dispatched >= State.CanarySize;
        if (!waits && State.Terms.AbortAt <= 0) return false;
        if (!waits && _nextLook > Now.ToUnixTimeMilliseconds()) return false;
        var standing = await LookAsync();
        var open = standing.Open + State.OpenFrames.Length;
        if (standing.FailedBy(waits && State.Terms.AbortAt <= 0 ? double.Epsilon : State.Terms.AbortAt) is { } failed)
        {
            await StopAsync(Outcome.Cancelled, $"the rest was not sent: {failed}");
            Services.Meter.Aborted();
            return false;
        }

        if (!waits) return false;
        if (open == 0) await ChangeAsync(State with { Phase = CampaignPhase.Running, CanaryPassed = true }, null, "");
        else if (State.Phase != CampaignPhase.Canary) await ChangeAsync(State with { Phase = CampaignPhase.Canary }, null, "");
        return open > 0;
    }

    private async ValueTask<TimeSpan?> SendNextAsync(MessageRecord message)
    {
        if (State.Dispatched >= State.Singles) return await SendFrameAsync(message);
        var most = Math.Min(Services.Bulk.MostParts, State.Singles - State.Dispatched);
        if (!State.CanaryPassed && State.CanarySize > 0) most = Math.Min(most, State.CanarySize - State.Dispatched);
        if (State.Terms.Window is { } window)
        {
            var pace = new FlatPace(message.AcceptedAt, window, State.Targets);
            var due = pace.DueAt(Now) - State.Dispatched;
            if (due <= 0) return pace.WaitAfter(State.Dispatched, Now);
            most = Math.Min(most, due);
        }

        var allowed = _allowance.Take(most);
        if (allowed == 0) return _allowance.Wait;
        var targets = await NextAsync(allowed);
        _allowance.Return(allowed - targets.Count);
        var now = Now;
        await SendPartsAsync(State, message, [.. targets.Select(target => Part(message, target, now))], now);
        await CallAsync(targets, now);
        return TimeSpan.Zero;
    }

    private async ValueTask SendPartsAsync(CampaignState state, MessageRecord message, List<MessageRecord> made, DateTimeOffset now)
    {
        var parts = new WriteSet(default);
        parts.Messages.AddRange(made);
        List<MessageRecord> ended = [.. made.Where(part => part.Outcome is not null)];
        // Who has it already is not warned of.
        var verdicts = State.IsQuiet || ended.Count > 0 ? null : await Services.Judging.JudgeAsync(parts, now);
        await CommitAsync(
            Advance(state, made.Count, now),
            set =>
            {
                set.Messages.AddRange(parts.Messages);
                foreach (var part in parts.Messages.Where(part => part.Outcome is null))
                {
                    var target = MemberJudging.MemberOf(part);
                    set.Inboxes.Add(target);
                    set.Arm.Add(new(DueTime.Of(part.ExpiresAt), target));
                    if (part.Part.HasFlag(PartTraits.Cast) && part.OpensAt is { } alone) set.Arm.Add(new(DueTime.Of(alone), target));
                }
            },
            verdicts is { IsEmpty: false } ? set => Services.Pipeline.CommitAsync(set, Services.Subscriptions, verdicts.AddressAsync, Retire)
            : !State.IsQuiet && ended.Count > 0 ? set => MessageEnding.CommitAsync(Services, set, message, ended, Retire)
            : Services.Bulk.CommitAsync);
        _open += made.Count - ended.Count;
        Services.Meter.Dispatched(made.Count, withheld: false);
        Services.Metrics.AcceptedForGroup(made.Count);
    }

    private async ValueTask<TimeSpan?> SendFrameAsync(MessageRecord message)
    {
        if (_allowance.Take(1) == 0) return _allowance.Wait;
        var ordinal = FrameOrdinal(State.FramesSent);
        var children = await ChunkAsync(ordinal);
        if (Link.TryParse(children[0], out var link)) return await CastAsync(message, link, new(children, 1, children.Length - 1));

        var frame = _frames.Make(message, children, Now);
        await CommitAsync(
            Advance(
                State with { FramesSent = State.FramesSent + 1, OpenFrames = State.OpenFrames.Add(new(frame.Id, ordinal)) }, children.Length - 1, Now),
            set =>
            {
                set.Messages.Add(frame);
                set.Inboxes.Add(children[0]);
                set.Arm.Add(new(DueTime.Of(frame.ExpiresAt), children[0]));
            });
        Services.Meter.Dispatched(children.Length - 1, withheld: false);
        Services.Metrics.AcceptedForGroup(1);
        await CallAsync(new(children, 0, 1), Now);
        await Services.Sending.Calling.CallAsync(frame, [children[0]]);
        return TimeSpan.Zero;
    }

    private async ValueTask<TimeSpan> CastAsync(MessageRecord message, Link link, ArraySegment<string> members)
    {
        var now = Now;
        var round = new Round(Services, link, message, now);
        await round.LookAsync(members);
        if ((_hold = await round.AskAsync(_hold)) is { } place)
        {
            _allowance.Return(1);
            return place.At > now ? place.At - now : ShortestLook;
        }

        List<MessageRecord> parts = [.. members.Select(member => round.PartOf(Part(message, member, now), member))];
        var next = State with { FramesSent = State.FramesSent + 1 };
        // Unconfirmed, it has to have left before its parts end; all others are on disk before it does.
        var isSent = message.Confirmation == Confirmation.None && await round.SendAsync();
        if (isSent) parts = parts.ConvertAll(round.Sent);
        await SendPartsAsync(next, message, parts, now);
        if (message.Confirmation != Confirmation.None) await round.SendAsync();
        await CallAsync(new([.. parts.Where(part => part is { OpensAt: null, Outcome: null }).Select(MemberJudging.MemberOf)]), now);
        return TimeSpan.Zero;
    }

    /// <summary>A gateway has answered, or its message ended otherwise: its children's parts are written with their outcomes.</summary>
    private async ValueTask<bool> SettleFrameAsync(MessageRecord message)
    {
        if (await _frames.NextEndedAsync(State.OpenFrames) is not { } ended) return false;
        var children = await ChunkAsync(ended.Frame.Chunk);
        var now = Now;
        var parts = new List<MessageRecord>();
        foreach (var child in children.AsSpan(1))
        {
            var part = Part(message, child, now);
            parts.Add(ended.Record is { } record ? Frames.Outcome(part, record, child, now) : Frames.Unknown(part, ended.Frame.Id, children[0], now));
        }

        await CommitAsync(
            State with { OpenFrames = State.OpenFrames.Remove(ended.Frame) }, set => set.Messages.AddRange(parts), set => MessageEnding.CommitAsync(Services, set, message, State.IsQuiet ? [] : parts, Retire));
        return true;
    }

    /// <summary>The next targets get nothing; what is written of them is that their parts have ended.</summary>
    private async ValueTask EndNextAsync(MessageRecord message, Outcome outcome)
    {
        var isFrame = State.Dispatched >= State.Singles;
        var targets = isFrame ? new ArraySegment<string>(await ChunkAsync(FrameOrdinal(State.FramesSent)))[1..]
            : await NextAsync(Math.Min(Services.Bulk.MostParts, State.Singles - State.Dispatched));
        var now = Now;
        var step = new MessageStep(now, $"ended {outcome.ToString().ToUpperInvariant()}: {State.Reason}");
        await CommitAsync(
            Advance(isFrame ? State with { FramesSent = State.FramesSent + 1 } : State, targets.Count, now),
            set =>
            {
                foreach (var target in targets)
                    set.Messages.Add(Part(message, target, now) with { Outcome = outcome, EndedAt = now, Detail = State.Reason, Steps = [step] });
            },
            State.IsQuiet ? Services.Bulk.CommitAsync : set => MessageEnding.CommitAsync(Services, set, message, [.. set.Messages], Retire));
        Services.Meter.Dispatched(targets.Count, withheld: true);
    }

    /// <summary>Those whose parts wait lose them, a page at a time; one that ends meanwhile keeps its outcome.</summary>
    private async ValueTask CancelNextAsync()
    {
        var page = await Services.Messages.ListAsync(new(Parent: Id, Waiting: true), _cancelBefore, CancelledAtOnce, CancellationToken.None);
        await Services.Cancelling.CancelAsync(State.Reason ?? "", page);
        if (page.Count > 0)
        {
            _cancelBefore = page[^1].Id;
            return;
        }

        foreach (var frame in State.OpenFrames) await Services.Cancelling.CancelAsync(State.Reason ?? "", frame.Id);
        _cancelBefore = new(long.MaxValue);
        _open = null;
        await CommitAsync(State with { CancelsOpen = false, Phase = CampaignPhase.Dispatched }, _ => { });
    }

    private static CampaignState Advance(CampaignState state, int count, DateTimeOffset now)
    {
        var next = state with { Dispatched = state.Dispatched + count };
        return next.IsAll ? next with { Phase = CampaignPhase.Dispatched, DispatchedAt = now }
            : next.Phase == CampaignPhase.Canary ? next with { Phase = CampaignPhase.Running }
            : next;
    }

    // Frames come after the chunks of those who get parts of their own.
    private int FrameOrdinal(int frame) => ((State.Singles + TargetList.ChunkSize - 1) / TargetList.ChunkSize) + frame;

    private async ValueTask<TimeSpan?> FollowAsync(MessageRecord message)
    {
        if (_open > 0 || !State.OpenFrames.IsEmpty) return null;
        var standing = await LookAsync();
        if (standing.Open > 0) return null;
        var (outcome, detail) = standing.Sum();
        await EndAsync(message, outcome, State.Reason is { } reason && State.RestEnds is not null ? $"{detail}; {reason}" : detail);
        Services.Meter.MembersEnded(standing.Counts);
        return null;
    }

    private async ValueTask<Standing> LookAsync()
    {
        var began = Services.Time.GetTimestamp();
        var standing = new Standing(await Services.Messages.OutcomesAsync(Id, CancellationToken.None));
        _open = standing.Open;
        // A count of a million rows must not be all that the database does.
        var pause = Services.Time.GetElapsedTime(began) * 20;
        _nextLook = (Now + (pause > ShortestLook ? pause : ShortestLook)).ToUnixTimeMilliseconds();
        return standing;
    }

    private async ValueTask<ArraySegment<string>> NextAsync(int most)
    {
        var ordinal = State.Dispatched / TargetList.ChunkSize;
        if (_chunk.Ordinal != ordinal) _chunk = (ordinal, await ChunkAsync(ordinal));
        var offset = State.Dispatched % TargetList.ChunkSize;
        return new(_chunk.Targets, offset, Math.Min(most, _chunk.Targets.Length - offset));
    }

    private async ValueTask CallAsync(ArraySegment<string> targets, DateTimeOffset now)
    {
        // One step's calls at a time: objects that are slow hold the campaign up, and nothing else.
        await _calls;
        _calls = Task.WhenAll((await Callees.AmongAsync(Services.Index, targets, now)).Select(CallAsync));
    }
}
