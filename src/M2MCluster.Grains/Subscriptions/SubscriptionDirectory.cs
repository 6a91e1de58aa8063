using M2MCluster.Contracts.Reading;

namespace M2MCluster.Grains.Subscriptions;

/// <summary>This silo's view of who wants to hear what: read once, and again after every change. Thread-safe.</summary>
public sealed class SubscriptionDirectory(IApplicationReader reader)
{
    private readonly Lock _gate = new();
    private Task<SubscriptionTable>? _table;
    private long _membershipVersion;

    /// <summary>Grows whenever an object may have joined or left a group.</summary>
    public long MembershipVersion => Interlocked.Read(ref _membershipVersion);

    /// <summary>A table that holds every subscription whose change was told before this call.</summary>
    public ValueTask<SubscriptionTable> CurrentAsync()
    {
        var table = Volatile.Read(ref _table);
        if (table is { IsCompletedSuccessfully: true }) return new(table);
        lock (_gate)
        {
            if (_table is null or { IsFaulted: true } or { IsCanceled: true }) Volatile.Write(ref _table, LoadAsync());
            return new(_table!);
        }
    }

    /// <summary>A subscription was added or removed, and is on disk.</summary>
    public void Changed()
    {
        lock (_gate) Volatile.Write(ref _table, null);
    }

    /// <summary>A group's members changed, on disk.</summary>
    public void MembershipChanged() => Interlocked.Increment(ref _membershipVersion);

    private async Task<SubscriptionTable> LoadAsync() => new(await reader.AllSubscriptionsAsync(CancellationToken.None));
}
