using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.ReportTasks;

namespace M2MCluster.Grains.Objects;

/// <summary>The object as operators and applications manage it: its description, names and credentials.</summary>
internal sealed class Managing(ObjectCore core, Registering registering, Delivering delivering)
{
    private const int MaxCredentials = 16;

    public async ValueTask<ObjectView> CreateAsync(string actor, ObjectKind kind, ObjectPatch patch)
    {
        await core.LoadAsync();
        if (core.Description is not null) throw new M2MException(ErrorCode.AlreadyExists, $"{Names.Objects}{core.Id} exists already");
        var now = core.Now;
        var turn = new Turn(core, Creation.Describe(core.Id, kind, patch, now), Creation.State(core.Services.Ids.Next()));
        turn.Act(actor, "object.create");
        turn.Tell(EventTypes.ObjectCreated, EventData.Description(turn.Description));
        await ClaimNamesAsync([], turn);
        var view = View();
        core.Distrust();
        return view;
    }

    public async ValueTask<ObjectView> GetAsync()
    {
        await core.LoadExistingAsync();
        return View();
    }

    public async ValueTask<ObjectView> UpdateAsync(string actor, ObjectPatch patch)
    {
        var former = await core.LoadExistingAsync();
        var turn = core.Begin();
        turn.Description = Creation.Apply(former, patch, turn.Now);
        // Whoever was heard of without a number was heard of over IP.
        if (turn.State.SeenAt != 0 && SmsWay.NumberOf(former) is null && SmsWay.NumberOf(turn.Description) is not null) turn.State = turn.State with { IsNoPhone = true };
        turn.Act(actor, "object.update");
        turn.Tell(EventTypes.ObjectUpdated, EventData.Description(turn.Description));
        await ClaimNamesAsync(former.Names, turn);
        await ReleaseNamesAsync(former.Names.Except(turn.Description.Names));
        registering.Move(former.Gateway);
        await delivering.PumpAsync();
        return View();
    }

    public async ValueTask DeleteAsync(string actor)
    {
        var description = await core.LoadExistingAsync();
        var turn = core.Begin();
        foreach (var item in core.Mailbox.InOrder.ToList()) turn.End(item, Outcome.Failed, "the object was deleted");
        turn.IsRemoval = true;
        turn.Act(actor, "object.delete");
        turn.Tell(EventTypes.ObjectDeleted, EventData.Description(description));
        turn.Arm.AddRange((description.Duties ?? []).Select(duty => Duties.LookOf(duty.Task, turn.Now)));
        await core.CommitAsync(turn);
        Close(CloseReason.ObjectDeleted);
        delivering.Paths.Forget();
        await ReleaseNamesAsync(description.Names);
        foreach (var duty in description.Duties ?? []) core.Services.Grains.GetGrain<IReportTaskGrain>(duty.Task).Step().AsTask().Ignore();
    }

    public async ValueTask<CredentialGrant> AddCredentialAsync(string actor, CredentialKind kind, string? secret)
    {
        await core.LoadExistingAsync();
        Creation.CheckSecret(secret);
        if (core.State.Credentials.Count(credential => credential.RevokedAt == 0) >= MaxCredentials)
            throw new M2MException(ErrorCode.ResourceExhausted, $"an object has at most {MaxCredentials} credentials; revoke one first");
        secret ??= Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
        var turn = core.Begin();
        var credential = Creation.Credential(core.Services.Ids, kind, core.Services.Secrets.Hash(secret), turn.NowMs);
        // Revoked ones are kept for the list until room is needed.
        var kept = core.State.Credentials.Where(former => former.RevokedAt == 0)
            .Concat(core.State.Credentials.Where(former => former.RevokedAt != 0).TakeLast(4));
        turn.State = turn.State with { Credentials = [.. kept.OrderBy(former => former.Id, StringComparer.Ordinal), credential] };
        turn.Act(actor, "credential.create", credential.Id);
        await core.CommitAsync(turn);
        return new(View(credential), secret);
    }

    public async ValueTask<ImmutableArray<CredentialView>> ListCredentialsAsync()
    {
        await core.LoadExistingAsync();
        return [.. core.State.Credentials.Select(View)];
    }

    public async ValueTask RevokeCredentialAsync(string actor, string credentialId)
    {
        await core.LoadExistingAsync();
        var credential = core.State.Credentials.FirstOrDefault(candidate => candidate.Id == credentialId)
            ?? throw new M2MException(ErrorCode.NotFound, $"{Names.Objects}{core.Id}/credentials/{credentialId} does not exist");
        if (credential.RevokedAt != 0) return;
        var turn = core.Begin();
        turn.State = turn.State with { Credentials = turn.State.Credentials.Replace(credential, credential with { RevokedAt = turn.NowMs }) };
        turn.Act(actor, "credential.revoke", credentialId);
        if (core.Channels.IsConnected) Registering.HangUp(turn, core);
        turn.Connected(false);
        await core.CommitAsync(turn);
        Close(CloseReason.CredentialRevoked);
    }

    public async ValueTask<bool> AuthenticateAsync(CredentialKind kind, string secret)
    {
        await core.LoadAsync();
        var found = false;
        foreach (var credential in core.State.Credentials)
            found |= credential.Kind == kind && credential.RevokedAt == 0 && core.Services.Secrets.Matches(secret, credential.Hash);
        return found;
    }

    private ObjectView View()
    {
        var now = core.Now.ToUnixTimeMilliseconds();
        var (reachability, until) = core.Reachability(now);
        var description = core.Description!;
        DateTimeOffset? expected = reachability == Reachability.Asleep ? ReachabilityPolicy.ExpectedAt(core.State, core.TraitsOf(description))
            : until == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(until);
        return new(description, new()
        {
            Reachability = reachability,
            Until = expected,
            LastSeenAt = core.State.SeenAt == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(core.State.SeenAt),
            Connected = [.. core.Channels.All.Select(channel => channel.Bearer).Distinct()],
            WaitingMessages = core.Mailbox.Count,
            WaitingBytes = core.Mailbox.Bytes,
            Reports = core.State.Reports,
            ReportBytes = core.State.ReportBytes,
            Messages = core.State.Messages,
            Faults = core.State.Faults,
            Conditions = core.State.Conditions,
        }, core.Sharing.SharedOver(description));
    }

    private static CredentialView View(StoredCredential credential) => new(
        credential.Id, credential.Kind, DateTimeOffset.FromUnixTimeMilliseconds(credential.CreatedAt),
        credential.RevokedAt == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(credential.RevokedAt));

    /// <summary>
    /// Names are claimed before the turn is committed, and given back if one is taken or the commit fails: they never name two.
    /// </summary>
    private async ValueTask ClaimNamesAsync(ImmutableArray<string> former, Turn turn)
    {
        var claimed = new List<string>();
        try
        {
            foreach (var name in turn.Description.Names.Except(former).Distinct())
            {
                claimed.Add(name);
                await core.Services.Grains.GetGrain<IAliasGrain>(name).Claim(Names.Objects + core.Id);
            }

            await core.CommitAsync(turn);
        }
        catch when (claimed.Count > 0)
        {
            // The commit may have succeeded all the same: only a name that the object does not bear is given back.
            await core.LoadAsync();
            await ReleaseNamesAsync(claimed.Except(core.Description?.Names ?? []));
            throw;
        }
    }

    private async ValueTask ReleaseNamesAsync(IEnumerable<string> names)
    {
        foreach (var name in names) await core.Services.Grains.GetGrain<IAliasGrain>(name).Release(Names.Objects + core.Id);
    }

    private void Close(CloseReason reason)
    {
        delivering.Reroute();
        foreach (var channel in core.Channels.Clear()) channel.Edge.Close(channel.Session, reason).Ignore();
    }
}
