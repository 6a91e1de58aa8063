using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;

namespace M2MCluster.Grains.Objects;

/// <summary>
/// The messages that wait for one object, in the order of delivery: priority first, then age. Bounded by its policy; nothing here
/// decides how a message ends, only which ones must.
/// </summary>
internal sealed class Mailbox
{
    private static readonly Comparer<MailboxItem> DeliveryOrder = Comparer<MailboxItem>.Create((a, b) =>
        a.Record.Priority != b.Record.Priority ? b.Record.Priority.CompareTo(a.Record.Priority) : a.Record.Id.CompareTo(b.Record.Id));

    // For most objects in memory nothing waits: then these are not there.
    private SortedSet<MailboxItem>? _items;
    private Dictionary<MessageId, MailboxItem>? _byId;

    public int Count => _byId?.Count ?? 0;

    /// <summary>Payload bytes in all.</summary>
    public long Bytes { get; private set; }

    public IReadOnlyCollection<MailboxItem> InOrder => _items ?? (IReadOnlyCollection<MailboxItem>)[];

    /// <summary>The message that was accepted first, of those that are not held back; null if there is none.</summary>
    public MessageId? OldestShown => _byId?.Values.Where(item => item.State != MessageState.Held).Select(item => (MessageId?)item.Record.Id).Min();

    public MailboxItem? Find(MessageId id) => _byId?.GetValueOrDefault(id);

    public void Add(MessageRecord record) => Add(new MailboxItem(record));

    public void Remove(MessageId id)
    {
        if (_byId is null || !_byId.Remove(id, out var item)) return;
        _items!.Remove(item);
        Bytes -= item.Record.Payload.Length;
        if (_byId.Count > 0) return;
        _byId = null;
        _items = null;
    }

    /// <summary>Becomes what is on disk; what is known of messages that stay is kept.</summary>
    public void Reconcile(IReadOnlyList<MessageRecord> waiting)
    {
        if (_byId is not null)
        {
            var ids = waiting.Select(record => record.Id).ToHashSet();
            foreach (var gone in _byId.Keys.Where(id => !ids.Contains(id)).ToList()) Remove(gone);
        }

        foreach (var record in waiting)
        {
            if (Find(record.Id) is { } known) known.Follow(record);
            else Add(record);
        }
    }

    /// <summary>The messages that a new one with this sender and key replaces: those that wait and are not under way.</summary>
    public IReadOnlyList<MailboxItem> Replaced(string application, string? coalesceKey) =>
        coalesceKey is null
            ? []
            : [.. InOrder.Where(item => item.Record.CoalesceKey == coalesceKey && item.Record.Application == application && !item.IsUnderWay)];

    /// <summary>Whether a later message with the same sender and key waits.</summary>
    public bool HasLater(MessageRecord record) => record.CoalesceKey is not null && InOrder.Any(item =>
        item.Record.CoalesceKey == record.CoalesceKey && item.Record.Application == record.Application && item.Record.Id > record.Id);

    /// <summary>The messages that are not under way and that a later one with the same sender and key replaces.</summary>
    public IEnumerable<MailboxItem> Outdated() => InOrder
        .Where(item => item.Record.CoalesceKey is not null)
        .GroupBy(item => (item.Record.Application, item.Record.CoalesceKey))
        .SelectMany(same => same.OrderByDescending(item => item.Record.Id).Skip(1))
        .Where(item => !item.IsUnderWay);

    /// <summary>
    /// What must be evicted so that a message of this size and priority has room, the first to go first; null if no room can be made.
    /// </summary>
    /// <param name="leaving">Messages that leave anyway.</param>
    public IReadOnlyList<MailboxItem>? RoomFor(int size, int priority, MailboxPolicy policy, IReadOnlyList<MailboxItem> leaving)
    {
        var count = Count + 1 - leaving.Count;
        var bytes = Bytes + size - leaving.Sum(item => (long)item.Record.Payload.Length);
        if (count <= policy.MaxMessages && bytes <= policy.MaxBytes) return [];
        if (policy.WhenFull == EvictionPolicy.Refuse || size > policy.MaxBytes) return null;

        var highest = policy.WhenFull == EvictionPolicy.Oldest ? priority : priority - 1;
        var victims = InOrder.Where(item => item.Record.Priority <= highest && !item.IsUnderWay && !leaving.Contains(item))
            .OrderBy(item => item.Record.Priority).ThenBy(item => item.Record.Id);
        var evicted = new List<MailboxItem>();
        foreach (var item in victims)
        {
            evicted.Add(item);
            count--;
            bytes -= item.Record.Payload.Length;
            if (count <= policy.MaxMessages && bytes <= policy.MaxBytes) return evicted;
        }

        return null;
    }

    /// <summary>What must go because others put more in than the policy allows: the same as if the messages had come one by one.</summary>
    /// <param name="leaves">Whether a message leaves anyway.</param>
    public IReadOnlyList<MailboxItem> Excess(MailboxPolicy policy, Func<MailboxItem, bool> leaves)
    {
        if (Count <= policy.MaxMessages && Bytes <= policy.MaxBytes) return [];
        var excess = new List<MailboxItem>();
        var kept = new Mailbox();
        foreach (var item in InOrder.Where(item => !leaves(item)).OrderBy(item => !item.IsUnderWay).ThenBy(item => item.Record.Id))
        {
            var room = item.IsUnderWay ? [] : kept.RoomFor(item.Record.Payload.Length, item.Record.Priority, policy, []);
            if (room is null)
            {
                excess.Add(item);
                continue;
            }

            foreach (var evicted in room) kept.Remove(evicted.Record.Id);
            excess.AddRange(room);
            kept.Add(item);
        }

        return excess;
    }

    private void Add(MailboxItem item)
    {
        if (!(_byId ??= []).TryAdd(item.Record.Id, item)) return;
        (_items ??= new(DeliveryOrder)).Add(item);
        Bytes += item.Record.Payload.Length;
    }
}
