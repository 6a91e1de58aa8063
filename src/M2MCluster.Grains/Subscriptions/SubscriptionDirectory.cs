using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Reading;

namespace M2MCluster.Grains.Subscriptions;

/// <summary>This silo's view of who wants to hear what: read once, and again after every change. Thread-safe.</summary>
public sealed class SubscriptionDirectory(IApplicationReader reader)
{
    private const int PageSize = 1000;

    private readonly Lock _gate = new();
    private Task<SubscriptionTable>? _table;
    private long _membershipVersion;
    private long _changes;

    /// <summary>Grows with every change of who hears of what, before whoever asked for it is answered.</summary>
    public long Changes => Interlocked.Read(ref _changes);

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

    /// <summary>An application or a subscription was added or removed, on disk.</summary>
    public void Changed()
    {
        lock (_gate) Volatile.Write(ref _table, null);
        Interlocked.Increment(ref _changes);
    }

    /// <summary>A group's members changed, on disk.</summary>
    public void MembershipChanged()
    {
        Interlocked.Increment(ref _membershipVersion);
        Interlocked.Increment(ref _changes);
    }

    private async Task<SubscriptionTable> LoadAsync()
    {
        var applications = new List<ApplicationView>();
        IReadOnlyList<ApplicationView> page;
        do
        {
            page = await reader.ListApplicationsAsync(applications.Count == 0 ? "" : applications[^1].Id, PageSize, CancellationToken.None);
            applications.AddRange(page);
        }
        while (page.Count == PageSize);
        return new(applications, await reader.AllSubscriptionsAsync(CancellationToken.None));
    }
}
