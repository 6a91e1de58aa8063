using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Subscriptions;

/// <summary>
/// This silo's view of who wants to hear what. It may be behind, which nobody tells: a set that was addressed by it is refused then, and says what holds
/// now. Thread-safe.
/// </summary>
public sealed class SubscriptionDirectory(IApplicationReader reader, IStateReader states)
{
    private const int PageSize = 1000;

    private readonly Lock _gate = new();
    private Audience? _known;
    private Task<Audience>? _loading;

    public ValueTask<Audience> CurrentAsync() => Volatile.Read(ref _known) is { } known ? new(known) : new(LoadOnceAsync());

    /// <summary>A set was refused: these versions held then.</summary>
    public void Outdated(AudienceVersions now)
    {
        lock (_gate)
        {
            // What is known may be newer than the refusal, and is read once more in vain; or a database that failed over went back to older versions.
            if (_known is not { } known) return;
            if (known.Version != now.Subscriptions) Volatile.Write(ref _known, null);
            else if (now.Membership is { } membership) Volatile.Write(ref _known, known with { Membership = membership });
        }
    }

    private Task<Audience> LoadOnceAsync()
    {
        lock (_gate)
        {
            if (_known is { } known) return Task.FromResult(known);
            if (_loading is null or { IsCompleted: true }) _loading = LoadAsync();
            return _loading;
        }
    }

    private async Task<Audience> LoadAsync()
    {
        // Before the rows: they may be newer than the versions, never older.
        var versions = await states.AudienceAsync();
        var applications = new List<ApplicationView>();
        IReadOnlyList<ApplicationView> page;
        do
        {
            page = await reader.ListApplicationsAsync(applications.Count == 0 ? "" : applications[^1].Id, PageSize, CancellationToken.None);
            applications.AddRange(page);
        }
        while (page.Count == PageSize);
        var loaded = new Audience(new(applications, await reader.AllSubscriptionsAsync(CancellationToken.None)), versions.Subscriptions, versions.Membership ?? 0);
        lock (_gate) Volatile.Write(ref _known, loaded);
        return loaded;
    }
}
