using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;

namespace M2MCluster.Grains.Commit;

/// <summary>
/// All that must be true after one grain turn. The version of <see cref="State"/> guards the rest: if it is stale, nothing of the
/// set is stored.
/// </summary>
public sealed class WriteSet(StateWrite state)
{
    public StateWrite State { get; } = state;

    /// <summary>The object's description, when it changed: what lists and searches read.</summary>
    public ObjectDescription? Description { get; set; }

    /// <summary>The object, its reports and what else the index holds of it are gone from lists.</summary>
    public string? RemovedObject { get; set; }

    public List<StoredReport> Reports { get; } = [];

    /// <summary>Messages newly accepted or newly ended; a row replaces the one of the same id.</summary>
    public List<MessageRecord> Messages { get; } = [];

    /// <summary>
    /// Objects for which <see cref="Messages"/> holds inbox rows: messages that somebody other than the object's own turn accepted.
    /// After the commit <see cref="IInbox"/> has news for each.
    /// </summary>
    public List<string> Inboxes { get; } = [];

    public List<EventWrite> Events { get; } = [];

    /// <summary>Times at which an object wants <c>Wake</c>; arming the same time twice is once.</summary>
    public List<DueTime> Arm { get; } = [];

    /// <summary>Times that are dealt with.</summary>
    public List<DueTime> Disarm { get; } = [];

    public List<KeyWrite> Keys { get; } = [];
    public List<SubscriptionWrite> Subscriptions { get; } = [];
    public List<MemberWrite> Members { get; } = [];
    public List<AuditWrite> Audit { get; } = [];
}
