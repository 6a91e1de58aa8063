using System.Collections.Immutable;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Reports;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Contracts.Sessions;
using Orleans.Concurrency;

namespace M2MCluster.Contracts.Objects;

/// <summary>
/// A connected object, a device or a gateway; the key is its id. Every call that changes something returns only after the change is
/// on disk. All throw <see cref="M2MException"/>: <see cref="ErrorCode.NotFound"/> if the object does not exist,
/// <see cref="ErrorCode.PermissionDenied"/> if the speaker may not, <see cref="ErrorCode.Unavailable"/> if storage is away
/// (nothing was done then).
/// </summary>
[Alias("m2m.IObjectGrain"), GrainInterfaceType("m2m.IObjectGrain")]
public interface IObjectGrain : IGrainWithStringKey
{
    // What the object says.

    /// <summary>Stores a report once, by its name.</summary>
    [Alias("Report")] ValueTask<ReportReceipt> Report(Speaker speaker, ReportDraft report);

    /// <summary>
    /// Stores a pack of reports of several children in one commit; the key is the gateway. One foreign child refuses the whole pack.
    /// </summary>
    [Alias("ReportForChildren")] ValueTask<ReportReceipt> ReportForChildren(Speaker gateway, ReportName name, ImmutableArray<ChildReport> reports);

    /// <summary>Keeps a report that could not be read, as refused, with an event of type <c>m2m.object.fault</c>.</summary>
    [Alias("ReportFault")] ValueTask ReportFault(Speaker speaker, ReportDraft report, string fault);

    /// <summary>
    /// Keeps what came of a report whose rest was awaited in vain, as refused, with an event of type <c>m2m.object.fault</c>. The object was heard of before, not now.
    /// </summary>
    [Alias("ReportIncomplete")] ValueTask ReportIncomplete(Speaker speaker, string contentType, byte[] came, string fault);

    /// <summary>Registers the endpoint, replacing an earlier registration and starting a new connection epoch. Returns it with its id.</summary>
    [Alias("Register")] ValueTask<Registration> Register(Speaker speaker, RegistrationDraft draft);

    /// <summary>Refreshes a registration; <see cref="ErrorCode.NotFound"/> if it is not the current one.</summary>
    [Alias("UpdateRegistration")] ValueTask<Registration> UpdateRegistration(Speaker speaker, string registrationId, RegistrationDraft draft);

    /// <summary>Ends a registration; <see cref="ErrorCode.NotFound"/> if it is not the current one.</summary>
    [Alias("Deregister")] ValueTask Deregister(Speaker speaker, string registrationId);

    /// <summary>
    /// A session begins, or an existing one gains traits. A channel with a new session of the same bearer ends the former one
    /// (take-over). Returns the connection epoch.
    /// </summary>
    /// <param name="provided">Characteristics that the object told on connecting, if any.</param>
    [Alias("Attach")] ValueTask<long> Attach(Speaker speaker, Channel channel, ImmutableSortedDictionary<string, string>? provided);

    /// <summary>
    /// A session goes on, and the grain may have forgotten it, with the silo on which it was: the channel is left again. Nothing is written if nothing changed.
    /// False: a later session has taken over, and this one is to end.
    /// </summary>
    /// <param name="epoch">As <see cref="Attach"/> returned it.</param>
    [Alias("Resume")] ValueTask<bool> Resume(Speaker speaker, Channel channel, long epoch);

    /// <summary>A session ended. An epoch that is not the current one of that bearer changes nothing.</summary>
    [Alias("Detach")] ValueTask Detach(Bearer bearer, long epoch);

    /// <summary>What waits, in the order of delivery; for a gateway also what waits for its children.</summary>
    [Alias("Mailbox")] ValueTask<ImmutableArray<MailboxEntry>> Mailbox(Speaker speaker);

    /// <summary>
    /// Fetches the first message that waits, or the given one; null if there is none. The message waits on until its result. <see cref="ErrorCode.Unavailable"/> with
    /// <see cref="M2MException.RetryAfter"/>: it may not leave yet by the budget of the bearer; <see cref="ErrorCode.TooLarge"/>: it never may.
    /// </summary>
    [Alias("Fetch")] ValueTask<WaitingMessage?> Fetch(Speaker speaker, MessageId? id);

    /// <summary>The object's result of a message.</summary>
    [Alias("Result")] ValueTask<ResultReceipt> Result(Speaker speaker, MessageId id, MessageResult result);

    /// <summary>How the object is to behave. Asking is no contact, and changes nothing.</summary>
    [Alias("Config")] ValueTask<DeviceConfig> Config(Speaker speaker);

    /// <summary>The object switches its radio off for that long, or until it is heard of again; nothing is sent to it meanwhile. At most 7 days.</summary>
    [Alias("Suspend")] ValueTask Suspend(Speaker speaker, TimeSpan atMost);

    /// <summary>Demands that the object may send to another one, as far as it is concerned. <see cref="ErrorCode.PermissionDenied"/> if not.</summary>
    [Alias("DemandPeer")] ValueTask DemandPeer(Speaker speaker, string peer);

    /// <summary>How many messages wait for it, or, as a gateway, for its children; for these at most 1.</summary>
    [AlwaysInterleave, Alias("CountWaiting")] ValueTask<int> CountWaiting();

    // What its edge and its gateway say.

    /// <summary>What became of an attempt to push. One that is not current changes nothing.</summary>
    [Alias("Settle")] ValueTask Settle(MessageId id, long attempt, Settlement settlement);

    /// <summary>The object's gateway came within reach: a way to push to the object.</summary>
    [OneWay, Alias("GatewayAttached")] ValueTask GatewayAttached(string gateway, Channel channel);

    /// <summary>The object was heard of in a pack of its gateway's.</summary>
    [OneWay, Alias("SeenVia")] ValueTask SeenVia(string gateway);

    /// <summary>The object told of its condition in a pack of its gateway's (<see cref="Conditions"/>).</summary>
    [OneWay, Alias("HeardVia")] ValueTask HeardVia(string gateway, ImmutableSortedDictionary<string, string> conditions);

    /// <summary>The key is a gateway: whether a claimed identity may report, or do all else, in its name (<see cref="PlainAccess"/>).</summary>
    [AlwaysInterleave, Alias("PlainAccess")] ValueTask<PlainAccess> PlainAccess();

    /// <summary>The key is a gateway: the channels over which its children can be reached now.</summary>
    [AlwaysInterleave, Alias("ChannelsForChild")] ValueTask<ImmutableArray<Channel>> ChannelsForChild();

    /// <summary>The key is a gateway: the mailbox of one of its children changed, which its own list shows too.</summary>
    [AlwaysInterleave, OneWay, Alias("ChildMailboxChanged")] ValueTask ChildMailboxChanged();

    // What the platform says.

    /// <summary>A time has come that was armed for the object, or its inbox has news.</summary>
    /// <param name="due">Unix milliseconds of the armed time; 0 if none was.</param>
    [Alias("Wake")] ValueTask Wake(long due);

    // What applications and operators say.

    /// <summary><see cref="ErrorCode.AlreadyExists"/> if it does, or if one of its names is taken.</summary>
    [Alias("Create")] ValueTask<ObjectView> Create(string actor, ObjectKind kind, ObjectPatch patch);

    [Alias("Get")] ValueTask<ObjectView> Get();

    /// <summary>How messages of so many bytes would go now, by each preference.</summary>
    [Alias("Paths")] ValueTask<ImmutableArray<PathChoice>> Paths(int bytes);

    [Alias("Update")] ValueTask<ObjectView> Update(string actor, ObjectPatch patch);

    /// <summary>Removes the object; what waited for it ends as failed.</summary>
    [Alias("Delete")] ValueTask Delete(string actor);

    /// <param name="secret">Null: one of 192 random bits is made. Given: at least 22 characters.</param>
    [Alias("AddCredential")] ValueTask<CredentialGrant> AddCredential(string actor, CredentialKind kind, string? secret);

    [Alias("ListCredentials")] ValueTask<ImmutableArray<CredentialView>> ListCredentials();

    /// <summary>Revokes it and ends the sessions that it opened.</summary>
    [Alias("RevokeCredential")] ValueTask RevokeCredential(string actor, string credentialId);

    /// <summary>Whether the secret is one of the object's; false also if the object does not exist.</summary>
    [Alias("Authenticate")] ValueTask<bool> Authenticate(CredentialKind kind, string secret);

    /// <summary>Accepts a message; <see cref="ErrorCode.ResourceExhausted"/> if the mailbox is full and nothing in it yields.</summary>
    [Alias("Send")] ValueTask<SendReceipt> Send(MessageDraft draft);

    /// <summary><see cref="ErrorCode.FailedPrecondition"/> if it ended already.</summary>
    [Alias("Cancel")] ValueTask<MessageRecord> Cancel(string actor, MessageId id);

    [Alias("Explain")] ValueTask<Explanation> Explain(MessageId id);

    /// <summary>Ends an anycast part CANCELLED, so that another member can have it. False: the object may have it already, and it waits on.</summary>
    [Alias("Withdraw")] ValueTask<bool> Withdraw(MessageId id);

    /// <summary>Ends its sessions and its registration; it may come back at any time.</summary>
    [Alias("Disconnect")] ValueTask<ObjectView> Disconnect(string actor);

    /// <summary>
    /// An application takes the object's commands for itself, or extends that. <see cref="ErrorCode.FailedPrecondition"/> if another one of the same or a higher priority has
    /// them.
    /// </summary>
    [Alias("Hold")] ValueTask<ObjectView> Hold(string application, TimeSpan duration, int priority);

    /// <param name="application">Whose hold ends; null: whoever has it. It is no error if it has none.</param>
    [Alias("Release")] ValueTask<ObjectView> Release(string? application);

    /// <summary>The object reports by this from now on; one of the same task is replaced. <see cref="ErrorCode.ResourceExhausted"/>: it has too many.</summary>
    [Alias("TakeDuty")] ValueTask TakeDuty(ReportDuty duty);

    /// <summary>The task asks nothing of it any more.</summary>
    [Alias("DropDuty")] ValueTask DropDuty(string task);

    /// <summary>What is expected of it by the task; null: nothing.</summary>
    [Alias("Outlook")] ValueTask<ReportOutlook?> Outlook(string task);
}
