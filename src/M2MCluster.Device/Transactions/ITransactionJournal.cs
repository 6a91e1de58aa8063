namespace M2MCluster.Device.Transactions;

/// <summary>Where a device keeps its promises, so that they outlive a restart. Used by one device, one call at a time.</summary>
public interface ITransactionJournal
{
    /// <summary>All entries, the oldest first.</summary>
    ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Adds the entry, or replaces that of the same message; durable when it returns.</summary>
    ValueTask WriteAsync(JournalEntry entry, CancellationToken cancellationToken);

    /// <summary>Removes the entry, if there is one; durable when it returns.</summary>
    /// <param name="part">The id of its message.</param>
    ValueTask RemoveAsync(string part, CancellationToken cancellationToken);
}
