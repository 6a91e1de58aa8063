using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Tests.Planning;

/// <summary>Rows of a disk, each written only by who knows what it says; with faults, and with what others do while it is written.</summary>
internal sealed class PlanDisk : ICommitPipeline, IStateReader
{
    private readonly Dictionary<string, StoredState> _rows = [];

    public IReadOnlyCollection<string> Keys => _rows.Keys;

    public int Commits { get; private set; }

    /// <summary>The largest row that was written, in bytes.</summary>
    public int Largest { get; private set; }

    /// <summary>Happens once, before the next commit is stored.</summary>
    public Action? Before { get; set; }

    /// <summary>Happens once, when the next commit is stored and its writer does not know it yet.</summary>
    public Action? After { get; set; }

    /// <summary>The next commit is not stored.</summary>
    public bool Refuses { get; set; }

    /// <summary>The next commit is stored, and its writer hears that it may not be.</summary>
    public bool Doubts { get; set; }

    /// <summary>The next commit is stored only after that.</summary>
    public Task? Waits { get; set; }

    public async ValueTask CommitAsync(WriteSet set)
    {
        var waits = Waits;
        Waits = null;
        if (waits is not null) await waits;
        var (refuses, doubts, before, after) = (Refuses, Doubts, Before, After);
        (Refuses, Doubts, Before, After) = (false, false, null, null);
        before?.Invoke();
        if (refuses) throw new M2MException(ErrorCode.Unavailable, "away");
        if (set.State.ReadVersion != (_rows.GetValueOrDefault(set.State.Key)?.Version ?? 0)) throw new StaleVersionException();
        if (set.State.Body is { } body) _rows[set.State.Key] = new(set.State.ReadVersion + 1, body);
        else _rows.Remove(set.State.Key);
        Commits++;
        Largest = Math.Max(Largest, set.State.Body?.Length ?? 0);
        after?.Invoke();
        if (doubts) throw new M2MException(ErrorCode.Unavailable, "lost in the commit");
    }

    public ValueTask<StoredState?> ReadAsync(string kind, string key) => new(_rows.GetValueOrDefault(key));

    public ValueTask<StoredObject?> ReadObjectAsync(string objectId) => throw new NotSupportedException();

    public ValueTask<bool> HasReportAsync(string objectId, byte[] givenName) => throw new NotSupportedException();

    public ValueTask<IReadOnlyDictionary<string, StoredObject>> PeekObjectsAsync(IReadOnlyCollection<string> objectIds) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<DueTime>> DueAsync(int shard, DueTime after, long until, int limit) => throw new NotSupportedException();

    public ValueTask<AudienceVersions> AudienceAsync() => throw new NotSupportedException();

    public ValueTask<long> LastIdAsync(int node) => throw new NotSupportedException();
}
