using System.Collections.Concurrent;
using M2MCluster.Contracts.Reading;
using Microsoft.Extensions.Options;

namespace M2MCluster.FrontDoor.Access;

/// <summary>
/// Whose an API key is, remembered for a few seconds. A revocation on this node holds at once, on others when the memory ends. Keys that
/// are unknown are not remembered, so a key is valid from its creation on.
/// </summary>
internal sealed class KeyCache(IKeyReader reader, IOptions<FrontDoorOptions> options, TimeProvider time)
{
    private const int Capacity = 10_000;

    private readonly ConcurrentDictionary<KeyHash, (string Application, long Until)> _known = new();
    private int _generation;

    public bool TryGet(KeyHash hash, out string application)
    {
        var known = _known.TryGetValue(hash, out var entry) && entry.Until > time.GetTimestamp();
        application = known ? entry.Application : "";
        return known;
    }

    public async ValueTask<string?> FindAsync(KeyHash hash, byte[] bytes, CancellationToken cancellation)
    {
        var generation = Volatile.Read(ref _generation);
        var application = await reader.FindApplicationAsync(bytes, cancellation);
        if (application is null) return null;
        if (_known.Count >= Capacity) _known.Clear();
        var until = time.GetTimestamp() + (long)(options.Value.KeyCacheTime.TotalSeconds * time.TimestampFrequency);
        _known[hash] = (application, until);
        // What was read before a revocation must not be remembered after it.
        if (generation != Volatile.Read(ref _generation)) _known.TryRemove(hash, out _);
        return application;
    }

    /// <summary>Forgets an application's keys: one was revoked, or all with the application.</summary>
    public void Forget(string application)
    {
        Interlocked.Increment(ref _generation);
        foreach (var (hash, entry) in _known)
        {
            if (entry.Application == application) _known.TryRemove(hash, out _);
        }
    }
}
