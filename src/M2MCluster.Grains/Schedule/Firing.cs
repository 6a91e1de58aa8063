using M2MCluster.Contracts;
using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Qos;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Contracts.Transactions;
using M2MCluster.Grains.Commit;
using Microsoft.Extensions.Logging;

namespace M2MCluster.Grains.Schedule;

/// <summary>Deals with pages of due times, for all shards of the silo: sleepers by their rows, many in a commit; all others by a call.</summary>
internal sealed partial class Firing(
    TimeProvider time, IStateReader states, IInbox inbox, Sleepers sleepers, IGrainFactory grains, ScheduleMetrics metrics, ILogger<Firing> logger) : IDisposable
{
    // Two transactions' worth, one being written and one being prepared: what is overdue after an outage takes its place beside traffic, and not
    // the whole queue.
    private const int MostAtOnce = 1024;

    private static readonly IReadOnlyDictionary<string, StoredObject> NoObjects = new Dictionary<string, StoredObject>();

    private readonly SemaphoreSlim _room = new(MostAtOnce);

    /// <returns>Those of the times that could not be dealt with, and are due still. One object's trouble, whatever it is, is no other's.</returns>
    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: storage is away.</exception>
    public async Task<IReadOnlyList<DueTime>> FireAsync(IReadOnlyList<DueTime> page)
    {
        var asleep = page.Select(due => due.ObjectId).Where(id => !IsMessage(id) && !IsApplication(id) && !IsQos(id) && !IsReportTask(id) && !inbox.Follows(id)).ToHashSet();
        var stored = await PeekAsync(asleep);
        var failures = await Task.WhenAll(page.GroupBy(due => due.ObjectId).Select(times =>
            FireAsync(times.Key, [.. times], asleep.Contains(times.Key), stored.GetValueOrDefault(times.Key))));
        var reason = failures.FirstOrDefault(failure => failure.Reason is not null).Reason;
        if (reason is null) return [];
        var failed = failures.Where(failure => failure.Reason is not null).SelectMany(failure => failure.Times).ToList();
        metrics.Failed(failed.Count);
        LogFailed(failed.Count, failed[0].ObjectId, reason);
        return failed;
    }

    public void Dispose() => _room.Dispose();

    private async ValueTask<IReadOnlyDictionary<string, StoredObject>> PeekAsync(HashSet<string> asleep)
    {
        if (asleep.Count == 0) return NoObjects;
        try
        {
            return await states.PeekObjectsAsync(asleep);
        }
        catch (Exception unreadable) when (unreadable is not M2MException)
        {
            // The rows of one of them cannot be understood: each takes its turn in its grain, and only that one fails.
            asleep.Clear();
            return NoObjects;
        }
    }

    private async Task<(IReadOnlyList<DueTime> Times, string? Reason)> FireAsync(string id, DueTime[] times, bool asleep, StoredObject? stored)
    {
        await _room.WaitAsync();
        try
        {
            var byRows = asleep && await sleepers.WakeAsync(id, stored, [.. times.Select(due => due.At)]);
            if (!byRows) await CallAsync(id, times);
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            foreach (var due in times) metrics.Fired(now - due.At, byRows);
            return (times, null);
        }
        catch (Exception failure)
        {
            return (times, failure.Message);
        }
        finally
        {
            _room.Release();
        }
    }

    private async ValueTask CallAsync(string id, DueTime[] times)
    {
        if (id.StartsWith(Names.Transactions, StringComparison.Ordinal))
        {
            if (!MessageId.TryParse(id[Names.Transactions.Length..], out var transaction)) return;
            foreach (var due in times) await grains.GetGrain<ITransactionGrain>(transaction.Value).Wake(due.At);
            return;
        }

        if (IsMessage(id))
        {
            if (MessageId.TryParse(id[Names.Messages.Length..], out var message)) await grains.GetGrain<IGroupMessageGrain>(message.Value).Wake();
            return;
        }

        if (IsReportTask(id))
        {
            foreach (var due in times) await grains.GetGrain<IReportTaskGrain>(id[Names.ReportTasks.Length..]).Wake(due.At);
            return;
        }

        if (IsQos(id))
        {
            if (Enum.TryParse<Bearer>(id[Names.Qos.Length..], ignoreCase: true, out var bearer))
                foreach (var due in times) await grains.GetGrain<IQosGrain>((long)bearer).Wake(due.At);
            return;
        }

        foreach (var due in times)
        {
            if (IsApplication(id)) await grains.GetGrain<IApplicationMailboxGrain>(id[Names.Applications.Length..]).Wake(due.At);
            else await grains.GetObject(id).Wake(due.At);
        }
    }

    private static bool IsMessage(string id) => id.StartsWith(Names.Messages, StringComparison.Ordinal) || id.StartsWith(Names.Transactions, StringComparison.Ordinal);

    private static bool IsApplication(string id) => id.StartsWith(Names.Applications, StringComparison.Ordinal);

    private static bool IsReportTask(string id) => id.StartsWith(Names.ReportTasks, StringComparison.Ordinal);

    private static bool IsQos(string id) => id.StartsWith(Names.Qos, StringComparison.Ordinal);

    [LoggerMessage(3002, LogLevel.Warning, "{Count} due times could not be dealt with and are tried again, the first of {ObjectId}: {Reason}")]
    private partial void LogFailed(int count, string objectId, string reason);
}
