using System.Collections.Concurrent;
using M2MCluster.Contracts;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace M2MCluster.Grains.Metering;

/// <summary>
/// Knows of this silo's objects that are within reach and have messages waiting since when their oldest one has not moved. Each turn of such an object says so itself,
/// so nothing is polled, and objects without messages cost nothing. Thread-safe.
/// </summary>
internal sealed partial class MailboxWatch(TimeProvider time, IOptions<MailboxWatchOptions> options, ILogger<MailboxWatch> log)
{
    // More at once is a failure that shows by other means.
    private const int MaxWatched = 100_000;

    // An object that is not connected is woken while something waits for it; one that went to another silo is not heard of here again.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    // The log names some; the metric counts all.
    private const int MaxToldAMinute = 20;

    private readonly ConcurrentDictionary<string, Entry> _watched = new(StringComparer.Ordinal);
    private long _minute;
    private int _toldThisMinute;

    /// <param name="until">Unix milliseconds until which the object listens; in the past: it is not within reach.</param>
    /// <param name="isConnected">Its end will be told.</param>
    public void Look(string objectId, MessageId oldest, long until, bool isConnected)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (until <= now)
        {
            Forget(objectId);
            return;
        }

        var end = isConnected ? long.MaxValue : Math.Min(until, now + (long)Lease.TotalMilliseconds);
        if (!_watched.TryGetValue(objectId, out var former))
        {
            if (_watched.Count < MaxWatched) _watched[objectId] = new(oldest, now, end, Told: false);
            return;
        }

        var moved = former.Oldest != oldest;
        var tells = !moved && !former.Told && former.Since <= StuckSince(now) && MayTell(now);
        _watched[objectId] = new(oldest, moved ? now : former.Since, end, Told: !moved && (former.Told || tells));
        if (tells) LogStuck(objectId, oldest, (now - former.Since) / 1000);
    }

    public void Forget(string objectId) => _watched.TryRemove(objectId, out _);

    public long CountStuck()
    {
        var before = StuckSince(time.GetUtcNow().ToUnixTimeMilliseconds());
        return Current().LongCount(entry => entry.Since <= before);
    }

    /// <summary>Seconds.</summary>
    public double Oldest()
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return Current().Select(entry => (now - entry.Since) / 1000.0).DefaultIfEmpty(0).Max();
    }

    private IEnumerable<Entry> Current()
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var (objectId, entry) in _watched)
        {
            if (entry.Until > now) yield return entry;
            else _watched.TryRemove(KeyValuePair.Create(objectId, entry));
        }
    }

    private long StuckSince(long now) => now - (long)options.Value.StuckAfter.TotalMilliseconds;

    private bool MayTell(long now)
    {
        var minute = now / 60_000;
        if (Interlocked.Exchange(ref _minute, minute) != minute) Volatile.Write(ref _toldThisMinute, 0);
        return Interlocked.Increment(ref _toldThisMinute) <= MaxToldAMinute;
    }

    [LoggerMessage(3020, LogLevel.Warning, "The mailbox of {ObjectId} is stuck: it is within reach, and message {Message} has not moved for {Seconds} s")]
    private partial void LogStuck(string objectId, MessageId message, long seconds);

    private readonly record struct Entry(MessageId Oldest, long Since, long Until, bool Told);
}
