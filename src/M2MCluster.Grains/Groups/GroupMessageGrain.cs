using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Groups.Campaigns;
using Orleans.Placement;

namespace M2MCluster.Grains.Groups;

/// <summary>
/// Follows a group's message until the last of its parts has ended. The state row of a message whose parts were written with it is made by the first look that finds nothing, or
/// by the turn that ends it; a campaign has one from the start. Either way its version makes sure that the outcome and its event are written once, whoever looks first.
/// </summary>
[GrainType("group-message"), PreferLocalPlacement]
internal sealed class GroupMessageGrain(CampaignServices services) : Grain, IGroupMessageGrain
{
    public const string Kind = "group-message";

    private static readonly TimeSpan Lingers = TimeSpan.FromSeconds(10);

    private CampaignRun? _campaign;
    private IGrainTimer? _timer;
    private int? _open;
    private bool _ended;
    private long _version;
    private bool _isCalled;

    private MessageId Id => new(this.GetPrimaryKeyLong());

    /// <summary>When the message's end is looked for first, if no hint has come before.</summary>
    public static DueTime FirstLook(MessageRecord message) => new(Looks.Of(message).First(), Names.Messages + message.Id);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var stored = await services.States.ReadAsync(Kind, Id.ToString());
        _version = stored?.Version ?? 0;
        if (stored is { Body.Length: > 0 }) _campaign = CampaignRun.Of(services, Id, services.Serializer.Deserialize(stored.Body)!, stored.Version, DeactivateOnIdle);
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _campaign?.Leave();
        return Task.CompletedTask;
    }

    public ValueTask PartEnded()
    {
        if (_campaign is { } campaign) return campaign.PartEnded() ? Step() : default;
        if (_ended) return default;
        _open = _open is { } open ? open - 1 : null;
        return _open is null or <= 0 ? new(LookAsync()) : default;
    }

    public ValueTask FrameEnded(MessageId frame)
    {
        _campaign?.FrameEnded(frame);
        return Step();
    }

    public async ValueTask Wake()
    {
        if (_campaign is { } campaign)
        {
            _isCalled = false;
            campaign.Doubt();
            await StepAsync(campaign);
            await campaign.RearmAsync();
            return;
        }

        await LookAsync();
        if (!_ended) await LookAgainAsync();
    }

    public async ValueTask Step()
    {
        _isCalled = false;
        if (_campaign is { } campaign) await StepAsync(campaign);
    }

    public async ValueTask<CampaignView> Pause(string actor)
    {
        var campaign = Existing();
        await campaign.PauseAsync(actor);
        return campaign.View;
    }

    public async ValueTask<CampaignView> Resume(string actor)
    {
        var campaign = Existing();
        await campaign.ResumeAsync(actor);
        GoOn(TimeSpan.Zero);
        return campaign.View;
    }

    public async ValueTask<bool> Stop(string actor)
    {
        if (_campaign is not { State: { RestEnds: null, Phase: not CampaignPhase.Ended } } campaign) return false;
        await campaign.StopAsync(Outcome.Cancelled, $"by {actor}", actor);
        GoOn(TimeSpan.Zero);
        return true;
    }

    public ValueTask<CampaignView?> View() => new(_campaign?.View);

    private CampaignRun Existing() => _campaign ?? throw new M2MException(ErrorCode.FailedPrecondition, $"{Names.Messages}{Id} has gone to all members at once");

    private async ValueTask StepAsync(CampaignRun campaign)
    {
        if (await campaign.StepAsync() is { } wait) GoOn(wait);
    }

    // At once by a call to itself, so that others have their turns in between.
    private void GoOn(TimeSpan wait)
    {
        if (wait == TimeSpan.Zero)
        {
            if (_isCalled) return;
            _isCalled = true;
            this.AsReference<IGroupMessageGrain>().Step().AsTask().Ignore();
        }
        else if (_timer is null) _timer = this.RegisterGrainTimer(TickAsync, new() { DueTime = wait, Period = Timeout.InfiniteTimeSpan, KeepAlive = true });
        else _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private async Task TickAsync(CancellationToken cancellation)
    {
        try
        {
            await Step();
        }
        catch (M2MException)
        {
            // The schedule asks for the next step in a moment.
        }
    }

    private async Task LookAsync()
    {
        var standing = new Standing(await services.Messages.OutcomesAsync(Id, CancellationToken.None));
        _open = standing.Open;
        if (_open > 0 || _ended) return;
        var message = await services.Messages.FindAsync(Id, CancellationToken.None);
        if (message is { Outcome: null }) await EndAsync(message, standing);
        _ended = true;
        // Not at once: hints of parts that ended before are on their way, and so is who asks how it stands. Were each to make a new activation, which ends with it, others would
        // be sent from one to the next until they are given up.
        this.RegisterGrainTimer(LeaveAsync, new() { DueTime = Lingers, Period = Timeout.InfiniteTimeSpan });
    }

    private Task LeaveAsync(CancellationToken cancellation)
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private async Task LookAgainAsync()
    {
        if (await services.Messages.FindAsync(Id, CancellationToken.None) is not { } message || Looks.After(message, services.Time.GetUtcNow()) is not { } next)
            throw new M2MException(ErrorCode.Unavailable, $"{_open} parts of {Names.Messages}{Id} have not ended yet");
        var set = Begin(message);
        set.Disarm.RemoveAll(due => due.At == next);
        set.Arm.Add(new(next, Names.Messages + Id));
        await services.Pipeline.CommitAsync(set, DeactivateOnIdle);
        _version++;
    }

    /// <summary>A set that takes away whatever time the message is armed for.</summary>
    private WriteSet Begin(MessageRecord message)
    {
        var set = new WriteSet(new(Kind, Id.ToString(), _version, []));
        set.Disarm.AddRange(Looks.Of(message).Select(at => new DueTime(at, Names.Messages + Id)));
        return set;
    }

    private Task EndAsync(MessageRecord message, Standing standing)
    {
        var (outcome, detail) = standing.Sum();
        var set = Begin(message);
        return MessageEnding.EndAsync(services, set, message, outcome, detail, null, DeactivateOnIdle);
    }
}
