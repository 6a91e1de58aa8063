using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Groups.Membership;

/// <summary>
/// This silo's view of the groups that have rules. A change on this silo is seen by the next who asks; one of another silo a moment later, or, by who asks for a
/// version, exactly. Thread-safe.
/// </summary>
internal sealed class GroupRulesCache(IGroupReader groups, IStateReader states, IInbox inbox)
{
    /// <summary>As if it were an object, of which no id ends in a slash: news of it come as news of inboxes do.</summary>
    public const string Inbox = "groups/";

    private readonly Lock _gate = new();
    private GroupRules? _known;
    private Task<GroupRules>? _loading;
    private int _generation;

    /// <summary>Whether these are what is known now.</summary>
    public bool IsCurrent(GroupRules? rules) => rules is not null && !LookForNews() && ReferenceEquals(Volatile.Read(ref _known), rules);

    public ValueTask<GroupRules> CurrentAsync()
    {
        LookForNews();
        return Volatile.Read(ref _known) is { } known ? new(known) : new(LoadOnceAsync());
    }

    /// <summary>The rules of that version of the membership, or of a later one.</summary>
    public ValueTask<GroupRules> AtAsync(long membership)
    {
        LookForNews();
        if (Volatile.Read(ref _known) is { } known && known.Version >= membership) return new(known);
        lock (_gate)
        {
            if (_known?.Version < membership) Forget();
        }

        return new(LoadOnceAsync());
    }

    /// <summary>As they are on disk now.</summary>
    public async ValueTask<(GroupRules Rules, AudienceVersions Versions)> ReadAsync()
    {
        // Before the rows: they may be newer than the version, never older.
        var versions = await states.AudienceAsync();
        return (new(await groups.WithRulesAsync(CancellationToken.None), versions.Membership ?? 0), versions);
    }

    private bool LookForNews()
    {
        if (!inbox.HasNews(Inbox)) return false;
        lock (_gate)
        {
            // In this order: who finds no news any more finds nothing old either.
            Forget();
            inbox.TakeNews(Inbox);
        }

        return true;
    }

    private void Forget()
    {
        Volatile.Write(ref _known, null);
        _loading = null;
        _generation++;
    }

    private Task<GroupRules> LoadOnceAsync()
    {
        lock (_gate)
        {
            if (_known is { } known) return Task.FromResult(known);
            if (_loading is null or { IsFaulted: true }) _loading = LoadAsync(_generation);
            return _loading;
        }
    }

    private async Task<GroupRules> LoadAsync(int generation)
    {
        await Task.Yield();
        var (rules, _) = await ReadAsync();
        lock (_gate)
        {
            // After news that came meanwhile the next who asks reads again.
            if (_generation == generation) Volatile.Write(ref _known, rules);
        }

        return rules;
    }
}
