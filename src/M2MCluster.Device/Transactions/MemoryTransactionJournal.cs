using System.Collections.Concurrent;

namespace M2MCluster.Device.Transactions;

/// <summary>For a device that never stops, or simulates one: promises are gone with the process.</summary>
public sealed class MemoryTransactionJournal : ITransactionJournal
{
    private readonly ConcurrentDictionary<string, JournalEntry> _entries = new();

    public ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(CancellationToken cancellationToken) =>
        new([.. _entries.Values.OrderBy(entry => entry.Message.Id, StringComparer.Ordinal)]);

    public ValueTask WriteAsync(JournalEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _entries[entry.Message.Id] = entry;
        return default;
    }

    public ValueTask RemoveAsync(string part, CancellationToken cancellationToken)
    {
        _entries.TryRemove(part, out _);
        return default;
    }
}
