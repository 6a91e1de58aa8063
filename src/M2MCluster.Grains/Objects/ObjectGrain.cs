using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.ReportTasks;
using Orleans.Placement;

namespace M2MCluster.Grains.Objects;

/// <summary>
/// A device or a gateway. The grain only opens the turns; what is decided in them stands in the parts: reporting, registering,
/// delivering, mailing (the object's side of the mailbox), sending (the applications' side), managing and waking.
/// </summary>
[GrainType("object"), PreferLocalPlacement]
internal sealed class ObjectGrain : Grain, IObjectGrain, ISubscriberGrain
{
    private static readonly TimeSpan WhileConnected = TimeSpan.FromDays(1000);

    private readonly ObjectCore _core;
    private readonly Access _access;
    private readonly Delivering _delivering;
    private readonly Reporting _reporting;

    public ObjectGrain(ObjectServices services)
    {
        _core = new(this.GetPrimaryKeyString(), services, DeactivateOnIdle);
        _access = new(_core);
        _delivering = new(_core);
        _reporting = new(_core, _access, _delivering);
    }

    // Of those that remember nothing none is kept: there are a million objects in memory, and each is rarely called.
    private Registering Registering => new(_core, _access, _delivering);
    private Mailing Mailing => new(_core, _access, _delivering);
    private Sending Sending => new(_core, _delivering);
    private Linking Linking => new(_core, _access, _delivering);
    private Holding Holding => new(_core, _delivering);
    private Managing Managing => new(_core, Registering, _delivering);
    private Configuring Reporter => new(_core, _access);
    private Waking Waking => new(_core);
    private Settling Settling => new(_core, _delivering);
    private Subscribing Subscribing => new(_core, _access, Settling);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _core.LoadAsync();
        }
        catch (M2MException)
        {
            // The call that activates loads again, and tells its caller in the caller's terms.
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _core.Services.Inbox.Forget(_core.Id);
        if (_core.Channels.IsConnected) _core.Services.Mailboxes.Forget(_core.Id);
        // The sessions go on elsewhere, and leave their channels with the next activation.
        foreach (var channel in _core.Channels.All) channel.Edge.Forgotten(channel.Session, _core.Id).Ignore();
        return Task.CompletedTask;
    }

    public ValueTask<ReportReceipt> Report(Speaker speaker, ReportDraft report) => _reporting.ReportAsync(speaker, report);

    public ValueTask<ReportReceipt> ReportForChildren(Speaker gateway, ReportName name, ImmutableArray<ChildReport> reports) =>
        _reporting.ReportForChildrenAsync(gateway, name, reports);

    public ValueTask ReportFault(Speaker speaker, ReportDraft report, string fault) => _reporting.ReportFaultAsync(speaker, report, fault);

    public ValueTask ReportIncomplete(Speaker speaker, string contentType, byte[] came, string fault) => _reporting.ReportIncompleteAsync(speaker, contentType, came, fault);

    public ValueTask<Registration> Register(Speaker speaker, RegistrationDraft draft) => Registering.RegisterAsync(speaker, draft);

    public ValueTask<Registration> UpdateRegistration(Speaker speaker, string registrationId, RegistrationDraft draft) =>
        Registering.UpdateAsync(speaker, registrationId, draft);

    public ValueTask Deregister(Speaker speaker, string registrationId) => Registering.DeregisterAsync(speaker, registrationId);

    public async ValueTask<long> Attach(Speaker speaker, Channel channel, ImmutableSortedDictionary<string, string>? provided)
    {
        var epoch = await Registering.AttachAsync(speaker, channel, provided);
        DelayDeactivation(WhileConnected);
        return epoch;
    }

    public async ValueTask<bool> Resume(Speaker speaker, Channel channel, long epoch)
    {
        var goesOn = await Registering.ResumeAsync(speaker, channel, epoch);
        if (goesOn) DelayDeactivation(WhileConnected);
        return goesOn;
    }

    public async ValueTask Detach(Bearer bearer, long epoch)
    {
        await Registering.DetachAsync(bearer, epoch);
        if (!_core.Channels.Any) DelayDeactivation(TimeSpan.Zero);
    }

    public ValueTask<ImmutableArray<MailboxEntry>> Mailbox(Speaker speaker) => Mailing.ListAsync(speaker);

    public ValueTask<WaitingMessage?> Fetch(Speaker speaker, MessageId? id) => Mailing.FetchAsync(speaker, id);

    public ValueTask<ResultReceipt> Result(Speaker speaker, MessageId id, MessageResult result) => Mailing.ResultAsync(speaker, id, result);

    public ValueTask<DeviceConfig> Config(Speaker speaker) => Reporter.ReadAsync(speaker);

    public ValueTask Suspend(Speaker speaker, TimeSpan atMost) => Linking.SuspendAsync(speaker, atMost);

    public async ValueTask DemandPeer(Speaker speaker, string peer)
    {
        var description = await _core.LoadExistingAsync();
        await _access.DemandAsync(speaker, Contracts.Objects.PlainAccess.Full);
        var turn = _core.Begin();
        turn.Seen(speaker);
        await _core.CommitAsync(turn);
        await _delivering.ContactAsync(speaker);
        if (!Peers.Permits(description, peer)) throw new M2MException(ErrorCode.PermissionDenied, $"{_core.Id} is not permitted to send to {peer}");
    }

    public ValueTask Settle(MessageId id, long attempt, Settlement settlement) => Settling.SettleAsync(id, attempt, settlement);

    public ValueTask<byte[]?> Gather(Speaker speaker, ReportPart part) => Subscribing.GatherAsync(speaker, part);

    public ValueTask<bool> Submitting(MessageId message, long attempt, int parts) => Subscribing.SubmittingAsync(message, attempt, parts);

    public ValueTask<ReceiptStanding> Receipt(DeliveryReceipt receipt) => Subscribing.ReceiptAsync(receipt);

    public async ValueTask GatewayAttached(string gateway, Channel channel)
    {
        await _core.LoadAsync();
        if (_core.Description?.Gateway == gateway) await _delivering.PumpAsync();
    }

    public async ValueTask SeenVia(string gateway)
    {
        await _core.LoadAsync();
        if (_core.Description?.Gateway != gateway) return;
        var turn = _core.Begin();
        turn.Seen();
        Expecting.CameVia(turn);
        await _core.CommitAsync(turn);
        await _delivering.PumpAsync();
    }

    public async ValueTask HeardVia(string gateway, ImmutableSortedDictionary<string, string> conditions)
    {
        await _core.LoadAsync();
        if (_core.Description?.Gateway != gateway) return;
        var turn = _core.Begin();
        turn.Seen();
        Expecting.CameVia(turn);
        turn.Hear(conditions);
        await _core.CommitAsync(turn);
        await _delivering.PumpAsync();
    }

    // These two interleave with turns, so they read memory only.
    public ValueTask<PlainAccess> PlainAccess() => new(_core.Description?.Plain ?? Contracts.Objects.PlainAccess.None);

    public ValueTask<ImmutableArray<Channel>> ChannelsForChild() => new([.. _delivering.Paths.Own()]);

    public ValueTask ChildMailboxChanged()
    {
        _delivering.NotifyOwn(null);
        return default;
    }

    public async ValueTask<int> CountWaiting()
    {
        var now = _core.Now;
        var own = _core.Mailbox.InOrder.Count(item => _core.MayHave(item.Record, now));
        if (own > 0 || _core.Description?.Kind != ObjectKind.Gateway) return own;
        return (await _core.Services.Messages.WaitingForChildrenAsync(_core.Id, now, 1, CancellationToken.None)).Count;
    }

    public async ValueTask Wake(long due)
    {
        await _core.LoadAsync();
        await (due == 0 ? Waking.WakeAsync() : Waking.WakeAsync(due));
        if (_core.Description is null) return;
        Configuring.TellNews(_core);
        await _delivering.PumpAsync();
        _delivering.Notify();
    }

    public ValueTask TakeDuty(ReportDuty duty) => Reporter.TakeAsync(duty);

    public ValueTask DropDuty(string task) => Reporter.DropAsync(task);

    public async ValueTask<ReportOutlook?> Outlook(string task)
    {
        await _core.LoadExistingAsync();
        return Expecting.OutlookOf(_core.State, task);
    }

    public ValueTask<ObjectView> Create(string actor, ObjectKind kind, ObjectPatch patch) => Managing.CreateAsync(actor, kind, patch);

    public ValueTask<ObjectView> Get() => Managing.GetAsync();

    public ValueTask<ImmutableArray<PathChoice>> Paths(int bytes) => _delivering.Paths.ChoicesAsync(bytes);

    public async ValueTask<ObjectView> Update(string actor, ObjectPatch patch)
    {
        var view = await Managing.UpdateAsync(actor, patch);
        Configuring.TellNews(_core);
        return view;
    }

    public async ValueTask Delete(string actor)
    {
        await Managing.DeleteAsync(actor);
        DelayDeactivation(TimeSpan.Zero);
    }

    public ValueTask<CredentialGrant> AddCredential(string actor, CredentialKind kind, string? secret) =>
        Managing.AddCredentialAsync(actor, kind, secret);

    public ValueTask<ImmutableArray<CredentialView>> ListCredentials() => Managing.ListCredentialsAsync();

    public ValueTask RevokeCredential(string actor, string credentialId) => Managing.RevokeCredentialAsync(actor, credentialId);

    public ValueTask<bool> Authenticate(CredentialKind kind, string secret) => Managing.AuthenticateAsync(kind, secret);

    public ValueTask<SendReceipt> Send(MessageDraft draft) => Sending.SendAsync(draft);

    public ValueTask<MessageRecord> Cancel(string actor, MessageId id) => Sending.CancelAsync(actor, id);

    public ValueTask<Explanation> Explain(MessageId id) => Sending.ExplainAsync(id);

    public ValueTask<bool> Withdraw(MessageId id) => Anycasting.WithdrawAsync(_core, _delivering, id);

    public async ValueTask<ObjectView> Disconnect(string actor)
    {
        await Linking.DisconnectAsync(actor);
        return await Managing.GetAsync();
    }

    public async ValueTask<ObjectView> Hold(string application, TimeSpan duration, int priority)
    {
        await Holding.HoldAsync(application, duration, priority);
        return await Managing.GetAsync();
    }

    public async ValueTask<ObjectView> Release(string? application)
    {
        await Holding.ReleaseAsync(application);
        return await Managing.GetAsync();
    }
}
