using System.Collections.Immutable;
using System.Threading.Channels;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Contracts.Sessions;
using Channel = M2MCluster.Contracts.Sessions.Channel;

namespace M2MCluster.Edge.Tests.Mqtt;

/// <summary>An object as the edge sees it: what it was told, in order, and what it answers.</summary>
internal sealed class FakeObject(string id, bool exists) : IObjectGrain
{
    public const string Secret = M2MCluster.Testing.RawMqtt.Secret;

    private readonly Lock _lock = new();
    private readonly List<ReportDraft> _reports = [];
    private readonly HashSet<string> _names = [];
    private readonly Dictionary<MessageId, MessageResult> _results = [];
    private long _epoch;

    public ObjectKind Kind { get; init; } = ObjectKind.Device;

    public string? Gateway { get; init; }

    /// <summary>Thrown by whatever the edge calls next, until it is null again.</summary>
    public volatile Exception? Failure;

    /// <summary>Calls that came in while <see cref="Failure"/> was set.</summary>
    public Channel<string> Failed { get; } = System.Threading.Channels.Channel.CreateUnbounded<string>();

    /// <summary>While it is set, a report is not committed.</summary>
    public volatile TaskCompletionSource? Commit;

    /// <summary>Reports that came as far as the commit.</summary>
    public Channel<ReportDraft> Reporting { get; } = System.Threading.Channels.Channel.CreateUnbounded<ReportDraft>();

    public Channel<(ReportDraft Report, string Fault)> Faults { get; } = System.Threading.Channels.Channel.CreateUnbounded<(ReportDraft, string)>();

    public Channel<(MessageId Id, long Attempt, Settlement Settlement)> Settlements { get; } = System.Threading.Channels.Channel.CreateUnbounded<(MessageId, long, Settlement)>();

    public Channel<(Channel Channel, ImmutableSortedDictionary<string, string>? Provided, Speaker Speaker)> Attached { get; } =
        System.Threading.Channels.Channel.CreateUnbounded<(Channel, ImmutableSortedDictionary<string, string>?, Speaker)>();

    public Channel<ImmutableArray<ChildReport>> Packs { get; } = System.Threading.Channels.Channel.CreateUnbounded<ImmutableArray<ChildReport>>();

    public Channel<long> Detached { get; } = System.Threading.Channels.Channel.CreateUnbounded<long>();

    /// <summary>Who reported last.</summary>
    public Speaker LastSpeaker { get; private set; }

    public HashSet<MessageId> Waiting { get; } = [];

    public Channel? Current { get; private set; }

    public string[] Stored
    {
        get
        {
            lock (_lock) return [.. _reports.Select(report => System.Text.Encoding.UTF8.GetString(report.Payload))];
        }
    }

    public MessageResult? ResultOf(MessageId message)
    {
        lock (_lock) return _results.GetValueOrDefault(message);
    }

    public ValueTask<bool> Authenticate(CredentialKind kind, string secret)
    {
        ThrowIfFailing();
        return new(exists && kind == CredentialKind.MqttSecret && secret == Secret);
    }

    public DeviceConfig Configuration { get; set; }

    public ValueTask<DeviceConfig> Config(Speaker speaker)
    {
        ThrowIfFailing();
        ThrowIfForeign(speaker);
        return new(Configuration);
    }

    public async ValueTask<long> Attach(Speaker speaker, Channel channel, ImmutableSortedDictionary<string, string>? provided)
    {
        ThrowIfFailing();
        ThrowIfForeign(speaker);
        Channel? former;
        long epoch;
        lock (_lock)
        {
            former = Current;
            Current = channel;
            epoch = ++_epoch;
        }

        if (former is not null && former.Session != channel.Session) await former.Edge.Close(former.Session, CloseReason.TakenOver);
        Attached.Writer.TryWrite((channel, provided, speaker));
        return epoch;
    }

    /// <summary>Another session begins on some other node, and its word to this one's edge is lost.</summary>
    public void TakeOver()
    {
        lock (_lock) _epoch++;
    }

    /// <summary>Channels that were left again.</summary>
    public Channel<(Channel Channel, long Epoch)> Resumed { get; } = System.Threading.Channels.Channel.CreateUnbounded<(Channel, long)>();

    public ValueTask<bool> Resume(Speaker speaker, Channel channel, long epoch)
    {
        ThrowIfFailing();
        lock (_lock)
        {
            if (epoch < _epoch) return new(false);
            Current = channel;
        }

        Resumed.Writer.TryWrite((channel, epoch));
        return new(true);
    }

    public ValueTask Detach(Bearer bearer, long epoch)
    {
        ThrowIfFailing();
        lock (_lock)
        {
            if (epoch == _epoch) Current = null;
        }

        Detached.Writer.TryWrite(epoch);
        return default;
    }

    public async ValueTask<ReportReceipt> Report(Speaker speaker, ReportDraft report)
    {
        ThrowIfFailing();
        ThrowIfForeign(speaker);
        var commit = Commit;
        LastSpeaker = speaker;
        Reporting.Writer.TryWrite(report);
        if (commit is not null) await commit.Task;
        lock (_lock)
        {
            var name = report.Name.Given is { } given ? $"given {Convert.ToHexString(given)}" : $"exchange {report.Name.Exchange}";
            if ((report.Name.Given is not null || report.Name.MayRepeat) && _names.Contains(name)) return ReportReceipt.Repeated;
            if (report.Name.Given is not null || report.Name.Exchange != 0) _names.Add(name);
            _reports.Add(report);
            return ReportReceipt.Stored;
        }
    }

    public ValueTask ReportIncomplete(Speaker speaker, string contentType, byte[] came, string fault) => throw new NotSupportedException();

    public ValueTask ReportFault(Speaker speaker, ReportDraft report, string fault)
    {
        ThrowIfFailing();
        ThrowIfForeign(speaker);
        Faults.Writer.TryWrite((report, fault));
        return default;
    }

    public ValueTask<ResultReceipt> Result(Speaker speaker, MessageId message, MessageResult result)
    {
        ThrowIfFailing();
        ThrowIfForeign(speaker);
        lock (_lock)
        {
            if (_results.TryGetValue(message, out var former)) return new(former.Same(result) ? ResultReceipt.Repeated : ResultReceipt.Conflict);
            if (!Waiting.Contains(message)) return new(ResultReceipt.Unknown);
            _results[message] = result;
            return new(ResultReceipt.Recorded);
        }
    }

    public ValueTask Settle(MessageId message, long attempt, Settlement settlement)
    {
        ThrowIfFailing();
        Settlements.Writer.TryWrite((message, attempt, settlement));
        return default;
    }

    public ValueTask<ObjectView> Get() => new(new ObjectView(
        new() { Id = id, Kind = Kind, CreatedAt = default, UpdatedAt = default },
        new() { Reachability = Reachability.Reachable }));

    public ValueTask<ReportReceipt> ReportForChildren(Speaker gateway, ReportName name, ImmutableArray<ChildReport> reports)
    {
        ThrowIfFailing();
        Packs.Writer.TryWrite(reports);
        return new(ReportReceipt.Stored);
    }

    public ValueTask<Registration> Register(Speaker speaker, RegistrationDraft draft) => throw new NotSupportedException();

    public ValueTask<Registration> UpdateRegistration(Speaker speaker, string registrationId, RegistrationDraft draft) => throw new NotSupportedException();

    public ValueTask Deregister(Speaker speaker, string registrationId) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<MailboxEntry>> Mailbox(Speaker speaker) => throw new NotSupportedException();

    public ValueTask<WaitingMessage?> Fetch(Speaker speaker, MessageId? id) => throw new NotSupportedException();

    public ValueTask ChildMailboxChanged() => throw new NotSupportedException();

    public ValueTask GatewayAttached(string gateway, Channel channel) => throw new NotSupportedException();

    public ValueTask SeenVia(string gateway) => throw new NotSupportedException();

    public ValueTask HeardVia(string gateway, ImmutableSortedDictionary<string, string> conditions) => throw new NotSupportedException();

    public ValueTask<bool> Withdraw(MessageId id) => throw new NotSupportedException();

    public ValueTask<int> CountWaiting() => new(0);

    public ValueTask DemandPeer(Speaker speaker, string peer) => throw new NotSupportedException();

    public ValueTask Suspend(Speaker speaker, TimeSpan atMost) => throw new NotSupportedException();

    public ValueTask<ObjectView> Disconnect(string actor) => throw new NotSupportedException();

    public ValueTask<ObjectView> Hold(string application, TimeSpan duration, int priority) => throw new NotSupportedException();

    public ValueTask<ObjectView> Release(string? application) => throw new NotSupportedException();

    public ValueTask<PlainAccess> PlainAccess() => throw new NotSupportedException();

    public ValueTask<ImmutableArray<Channel>> ChannelsForChild() => throw new NotSupportedException();

    public ValueTask Wake(long due) => throw new NotSupportedException();

    public ValueTask<ObjectView> Create(string actor, ObjectKind kind, ObjectPatch patch) => throw new NotSupportedException();

    public ValueTask<ObjectView> Update(string actor, ObjectPatch patch) => throw new NotSupportedException();

    public ValueTask Delete(string actor) => throw new NotSupportedException();

    public ValueTask<CredentialGrant> AddCredential(string actor, CredentialKind kind, string? secret) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<CredentialView>> ListCredentials() => throw new NotSupportedException();

    public ValueTask RevokeCredential(string actor, string credentialId) => throw new NotSupportedException();

    public ValueTask<SendReceipt> Send(MessageDraft draft) => throw new NotSupportedException();

    public ValueTask<ImmutableArray<PathChoice>> Paths(int bytes) => throw new NotSupportedException();

    public ValueTask TakeDuty(ReportDuty duty) => throw new NotSupportedException();

    public ValueTask DropDuty(string task) => throw new NotSupportedException();

    public ValueTask<ReportOutlook?> Outlook(string task) => throw new NotSupportedException();

    public ValueTask<MessageRecord> Cancel(string actor, MessageId id) => throw new NotSupportedException();

    public ValueTask<Explanation> Explain(MessageId id) => throw new NotSupportedException();

    private void ThrowIfFailing()
    {
        if (Failure is not { } failure) return;
        Failed.Writer.TryWrite(failure.Message);
        throw failure;
    }

    private void ThrowIfForeign(Speaker speaker)
    {
        if (!exists) throw M2MException.NotFound(Names.Objects + id);
        if (speaker.ObjectId != id && speaker.ObjectId != Gateway) throw new M2MException(ErrorCode.PermissionDenied, $"{speaker.ObjectId} does not speak for {id}");
    }
}
