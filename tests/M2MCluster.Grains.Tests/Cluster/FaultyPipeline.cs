using System.Collections.Concurrent;
using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Tests.Cluster;

internal enum Fault
{
    /// <summary>Nothing is stored, and the grain is told so.</summary>
    Before,
    /// <summary>All is stored, and the grain is told that it may not be.</summary>
    After,
    /// <summary>Nothing is stored, since another activation wrote first.</summary>
    Stale,
}

/// <summary>The real pipeline, with faults where a test wants them, by the key of the state that is written.</summary>
internal sealed class FaultyPipeline(ICommitPipeline inner) : ICommitPipeline
{
    private readonly ConcurrentDictionary<string, Fault> _faults = new();
    private readonly ConcurrentDictionary<string, Func<ValueTask>> _before = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<WriteSet>> _held = new();
    private readonly ConcurrentDictionary<string, int> _commits = new();

    /// <summary>What the next commit under the key meets.</summary>
    public void Fail(string key, Fault fault) => _faults[key] = fault;

    /// <summary>Whether that commit is still to come.</summary>
    public bool IsArmed(string key) => _faults.ContainsKey(key);

    /// <summary>Runs once, when the next set under the key has been handed over and is not stored yet.</summary>
    public void BeforeNext(string key, Func<ValueTask> act) => _before[key] = act;

    /// <summary>The next set under the key is not stored: it is given to the test, which stores it too late, as a silo does that was frozen; the grain is told nothing good.</summary>
    public Task<WriteSet> HoldNext(string key) => _held.GetOrAdd(key, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private readonly Lock _gate = new();
    private int _untilDeath = int.MaxValue;
    private bool _storesTheLast;

    /// <summary>Whether the silo is as good as dead: nothing is stored any more.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Dies at one of the next commits, counted from 0, which is stored still, or not; from then on nothing is, and every grain is told so.</summary>
    public void DieAt(int commit, bool stored)
    {
        lock (_gate) (_untilDeath, _storesTheLast) = (commit, stored);
    }

    public void Revive()
    {
        lock (_gate) (IsDead, _untilDeath) = (false, int.MaxValue);
    }

    public int CommitsOf(string key) => _commits.GetValueOrDefault(key);

    public async ValueTask CommitAsync(WriteSet set)
    {
        var key = set.State.Key;
        var last = false;
        lock (_gate)
        {
            if (IsDead) throw Unavailable();
            if (_untilDeath != int.MaxValue) last = IsDead = _untilDeath-- == 0;
            if (last && !_storesTheLast) throw Unavailable();
        }

        if (_held.TryRemove(key, out var held))
        {
            held.SetResult(set);
            throw Unavailable();
        }

        if (_before.TryRemove(key, out var act)) await act();
        var faulty = _faults.TryRemove(key, out var fault);
        if (faulty && fault == Fault.Stale) throw new StaleVersionException();
        if (faulty && fault == Fault.Before) throw Unavailable();
        try
        {
            await inner.CommitAsync(set);
        }
        catch (OutdatedAudienceException) when (faulty)
        {
            // The fault is for the try that is stored.
            _faults[key] = fault;
            throw;
        }

        _commits.AddOrUpdate(key, 1, (_, count) => count + 1);
        if (faulty || last) throw Unavailable();
    }

    private static M2MException Unavailable() => new(ErrorCode.Unavailable, "storage is not available");
}
