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

    private readonly SortedSet<MailboxItem> _items = new(DeliveryOrder);
    private readonly Dictionary<MessageId, MailboxItem> _byId = [];

    public int Count => _byId.Count;

    /// <summary>Payload bytes in all.</summary>
    public long Bytes { get; private set; }

    public int InFlight => _items.Count(item => item.Attempt != 0);

    public IEnumerable<MailboxItem> InOrder => _items;

    public MailboxItem? Find(MessageId id) => _byId.GetValueOrDefault(id);

    public void Add(MessageRecord record)
    {
        var item = new MailboxItem(record);
        if (!_byId.TryAdd(record.Id, item)) return;
        _items.Add(item);
        Bytes += record.Payload.Length;
    }

    public void Remove(MessageId id)
    {
        if (!_byId.Remove(id, out var item)) return;
        _items.Remove(item);
        Bytes -= item.Record.Payload.Length;
    }

    /// <summary>Becomes what is on disk; what is known of messages that stay is kept.</summary>
    public void Reconcile(IReadOnlyList<MessageRecord> waiting)
    {
        var ids = waiting.Select(record => record.Id).ToHashSet();
        foreach (var gone in _byId.Keys.Where(id => !ids.Contains(id)).ToList()) Remove(gone);
        foreach (var record in waiting) Add(record);
    }

    /// <summary>The message that one with this sender and key replaces: one that waits and is not under way.</summary>
    public MailboxItem? Replaced(string application, string? coalesceKey, MessageId except) =>
        coalesceKey is null
            ? null
            : _items.FirstOrDefault(item => item.Record.CoalesceKey == coalesceKey && item.Record.Application == application
                && item.Record.Id != except && !item.IsUnderWay);

    /// <summary>
    /// What must be evicted so that a message of this size and priority has room, the first to go first; null if no room can be made.
    /// </summary>
    /// <param name="leaving">A message that leaves anyway.</param>
    public IReadOnlyList<MailboxItem>? RoomFor(int size, int priority, MailboxPolicy policy, MailboxItem? leaving)
    {
        var count = Count + 1 - (leaving is null ? 0 : 1);
        var bytes = Bytes + size - (leaving?.Record.Payload.Length ?? 0);
        if (count <= policy.MaxMessages && bytes <= policy.MaxBytes) return [];
        if (policy.WhenFull == EvictionPolicy.Refuse || size > policy.MaxBytes) return null;

        var highest = policy.WhenFull == EvictionPolicy.Oldest ? priority : priority - 1;
        var evicted = new List<MailboxItem>();
        foreach (var item in Victims(highest, leaving))
        {
            evicted.Add(item);
            count--;
            bytes -= item.Record.Payload.Length;
            if (count <= policy.MaxMessages && bytes <= policy.MaxBytes) return evicted;
        }

        return null;
    }

    /// <summary>What must go, the lowest priority and the oldest first, because others put more in than the policy allows.</summary>
    public IReadOnlyList<MailboxItem> Excess(MailboxPolicy policy)
    {
        var count = Count;
        var bytes = Bytes;
        if (count <= policy.MaxMessages && bytes <= policy.MaxBytes) return [];
        var evicted = new List<MailboxItem>();
        foreach (var item in Victims(int.MaxValue, leaving: null))
        {
            if (count <= policy.MaxMessages && bytes <= policy.MaxBytes) break;
            evicted.Add(item);
            count--;
            bytes -= item.Record.Payload.Length;
        }

        return evicted;
    }

    private IEnumerable<MailboxItem> Victims(int highestPriority, MailboxItem? leaving) =>
        _items.Where(item => item.Record.Priority <= highestPriority && !item.IsUnderWay && item != leaving)
            .OrderBy(item => item.Record.Priority).ThenBy(item => item.Record.Id);
}
