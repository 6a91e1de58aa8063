using System.Collections.Concurrent;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Tests.Cluster;

/// <summary>An edge that keeps what grains hand it. Called within the grain's turn, so that all is there once the turn's caller goes on.</summary>
internal sealed class RecordingEdge : IDownlink
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _noticed = new();
    private readonly List<(string Session, Delivery Delivery)> _deliveries = [];
    private readonly List<(string Session, string ObjectId)> _notices = [];
    private readonly List<(string Session, CloseReason Reason)> _closed = [];

    private readonly List<(string Session, string ObjectId)> _forgotten = [];
    private readonly List<(string Session, string ObjectId)> _configured = [];

    public IReadOnlyList<(string Session, string ObjectId)> ConfigChanges => Copy(_configured);

    public IReadOnlyList<(string Session, string ObjectId)> ForgottenSessions => Copy(_forgotten);

    public IReadOnlyList<(string Session, string ObjectId)> Notices => Copy(_notices);

    public IReadOnlyList<(string Session, CloseReason Reason)> Closed => Copy(_closed);

    public IReadOnlyList<(string Session, Delivery Delivery)> Deliveries => Copy(_deliveries);
    private readonly List<(string Session, GroupCast Cast)> _casts = [];

    public bool PermitsCasts { get; set; } = true;

    public IReadOnlyList<GroupCast> Casts => [.. Copy(_casts).Select(entry => entry.Cast)];

    public IReadOnlyList<Delivery> DeliveriesTo(string session) =>
        [.. Copy(_deliveries).Where(entry => entry.Session == session).Select(entry => entry.Delivery)];

    public Task Deliver(string session, Delivery delivery) => Add(_deliveries, (session, delivery));

    public Task<bool> Cast(GroupCast cast)
    {
        Add(_casts, ("", cast));
        return Task.FromResult(PermitsCasts);
    }

    public Task MailboxChanged(string session, string objectId)
    {
        Add(_notices, (session, objectId));
        FirstOf(session).TrySetResult();
        return Task.CompletedTask;
    }

    /// <summary>Completes with the first notice to the session, for those that another grain's turn causes.</summary>
    public Task NoticedAsync(string session) => FirstOf(session).Task.WaitAsync(TimeSpan.FromSeconds(20));

    public Task ConfigChanged(string session, string objectId) => Add(_configured, (session, objectId));

    public Task Close(string session, CloseReason reason) => Add(_closed, (session, reason));

    public Task Forgotten(string session, string objectId) => Add(_forgotten, (session, objectId));

    private TaskCompletionSource FirstOf(string session) => _noticed.GetOrAdd(session, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private Task Add<T>(List<T> list, T entry)
    {
        lock (_gate) list.Add(entry);
        return Task.CompletedTask;
    }

    private List<T> Copy<T>(List<T> list)
    {
        lock (_gate) return [.. list];
    }
}
