using System.Collections.Concurrent;
using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Edge.Tests.Coap;

/// <summary>Notes what the edge says to an object, and answers from what the test put in.</summary>
public sealed class FakeObject(string id)
{
    private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<(Speaker Speaker, ReportDraft Report)> Reports { get; } = new();

    public ConcurrentQueue<(Speaker Speaker, ImmutableArray<ChildReport> Reports)> Packs { get; } = new();

    public ConcurrentQueue<(ReportDraft Report, string Fault)> Faults { get; } = new();

    public ConcurrentQueue<(Speaker Speaker, RegistrationDraft Draft)> Registrations { get; } = new();

    public ConcurrentQueue<(Speaker Speaker, Channel Channel)> Attachments { get; } = new();

    public ConcurrentQueue<long> Detachments { get; } = new();

    public ConcurrentQueue<(MessageId Id, MessageResult Result)> Results { get; } = new();

    public List<WaitingMessage> Waiting { get; } = [];

    public System.Threading.Channels.Channel<(MessageId Id, long Attempt, Settlement Settlement)> Settlements { get; } =
        System.Threading.Channels.Channel.CreateUnbounded<(MessageId, long, Settlement)>();

    public ObjectKind Kind { get; set; } = ObjectKind.Device;

    public string? RegistrationId { get; private set; }

    public string Links { get; private set; } = "";

    /// <summary>Who may speak; null: anybody.</summary>
    public string? OnlySpeaker { get; set; }

    /// <summary>Thrown by every call.</summary>
    public Exception? Failure { get; set; }

    /// <summary>What a call waits for before it returns.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public ResultReceipt Receipt { get; set; } = ResultReceipt.Recorded;

    /// <summary>Ends with the first call.</summary>
    public Task Called => _called.Task;

    public DeviceConfig Configuration { get; set; }

    public async ValueTask<DeviceConfig> Config(Speaker speaker)
    {
        await Enter(speaker);
        return Configuration;
    }

    public async ValueTask<ReportReceipt> Report(Speaker speaker, ReportDraft report)
    {
        await Enter(speaker);
        Reports.Enqueue((speaker, report));
        return ReportReceipt.Stored;
    }

    public async ValueTask<ReportReceipt> ReportForChildren(Speaker gateway, ReportName name, ImmutableArray<ChildReport> reports)
    {
        await Enter(gateway);
        Packs.Enqueue((gateway, reports));
        return ReportReceipt.Stored;
    }

    public async ValueTask ReportFault(Speaker speaker, ReportDraft report, string fault)
    {
        await Enter(speaker);
        Faults.Enqueue((report, fault));
    }

    public async ValueTask ReportIncomplete(Speaker speaker, string contentType, byte[] came, string fault)
    {
        await Enter(speaker);
        Faults.Enqueue((new(contentType, came, ReportName.None), fault));
    }

    public async ValueTask<Registration> Register(Speaker speaker, RegistrationDraft draft)
    {
        await Enter(speaker);
        Registrations.Enqueue((speaker, draft));
        RegistrationId = Contracts.Objects.RegistrationId.Create(id);
        Links = draft.Links ?? "";
        return Current(draft);
    }

    public async ValueTask<Registration> UpdateRegistration(Speaker speaker, string registrationId, RegistrationDraft draft)
    {
        await Enter(speaker);
        if (registrationId != RegistrationId) throw M2MException.NotFound("registration");
        Registrations.Enqueue((speaker, draft));
        return Current(draft);
    }

    public async ValueTask Deregister(Speaker speaker, string registrationId)
    {
        await Enter(speaker);
        if (registrationId != RegistrationId) throw M2MException.NotFound("registration");
        RegistrationId = null;
    }

    public async ValueTask<long> Attach(Speaker speaker, Channel channel, ImmutableSortedDictionary<string, string>? provided)
    {
        await Enter(speaker);
        Attachments.Enqueue((speaker, channel));
        return Attachments.Count;
    }

    public ValueTask<bool> Resume(Speaker speaker, Channel channel, long epoch) => throw new NotSupportedException();

    public ValueTask Detach(Bearer bearer, long epoch)
    {
        Detachments.Enqueue(epoch);
        return ValueTask.CompletedTask;
    }

    public async ValueTask<ImmutableArray<MailboxEntry>> Mailbox(Speaker speaker)
    {
        await Enter(speaker);
        lock (Waiting) return [.. Waiting.Select(m => new MailboxEntry(m.Id, id, m.ContentType, m.Payload.Length, m.Priority, m.Transaction))];
    }

    public async ValueTask<WaitingMessage?> Fetch(Speaker speaker, MessageId? message)
    {
        await Enter(speaker);
        lock (Waiting) return message is null ? Waiting.FirstOrDefault() : Waiting.Find(m => m.Id == message);
    }

    public async ValueTask<ResultReceipt> Result(Speaker speaker, MessageId message, MessageResult result)
    {
        await Enter(speaker);
        Results.Enqueue((message, result));
        return Receipt;
    }

    public ValueTask Settle(MessageId message, long attempt, Settlement settlement)
    {
        Settlements.Writer.TryWrite((message, attempt, settlement));
        return ValueTask.CompletedTask;
    }

    public ValueTask<ObjectView> Get() => ValueTask.FromResult(new ObjectView(
        new ObjectDescription { Id = id, Kind = Kind, CreatedAt = default, UpdatedAt = default },
        new ObjectStatus { Reachability = Reachability.Unknown }));

    private async ValueTask Enter(Speaker speaker)
    {
        _called.TrySetResult();
        await Gate;
        if (Failure is not null) throw Failure;
        if (OnlySpeaker is not null && speaker.ObjectId != OnlySpeaker) throw new M2MException(ErrorCode.PermissionDenied, "not yours");
    }

    private Registration Current(RegistrationDraft draft) =>
        new(RegistrationId!, draft.Lifetime ?? TimeSpan.FromHours(25), Links, Bearer.Coap, "", default, default, ImmutableSortedDictionary<string, string>.Empty);
}
