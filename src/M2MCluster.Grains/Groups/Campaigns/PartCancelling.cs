using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Schedule;

namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>Takes back what waits for many objects: of sleepers by their rows, of all others by a call.</summary>
internal sealed class PartCancelling(IStateReader states, IInbox inbox, IMessageReader messages, Sleepers sleepers, IGrainFactory grains) : IDisposable
{
    private const int MostAtOnce = 256;

    private readonly SemaphoreSlim _room = new(MostAtOnce);

    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: storage is away; some may be cancelled.</exception>
    public async Task CancelAsync(string reason, IReadOnlyList<MessageRecord> parts)
    {
        if (parts.Count == 0) return;
        var asleep = await states.PeekObjectsAsync([.. parts.Select(ObjectOf).Where(member => !inbox.Follows(member)).Distinct()]);
        await Task.WhenAll(parts.Select(part => CancelAsync(reason, part, asleep.GetValueOrDefault(ObjectOf(part)))));
    }

    public async ValueTask CancelAsync(string reason, MessageId id)
    {
        if (await messages.FindAsync(id, CancellationToken.None) is { Outcome: null } message) await CancelAsync(reason, message, null);
    }

    public void Dispose() => _room.Dispose();

    private async Task CancelAsync(string reason, MessageRecord part, StoredObject? stored)
    {
        await _room.WaitAsync();
        try
        {
            if (stored is not null && await sleepers.CancelAsync(ObjectOf(part), stored, part.Id, reason)) return;
            await grains.GetObject(ObjectOf(part)).Cancel(reason.StartsWith("by ", StringComparison.Ordinal) ? reason[3..] : reason, part.Id);
        }
        catch (M2MException ended) when (ended.Code is ErrorCode.FailedPrecondition or ErrorCode.NotFound)
        {
            // It ended first, or its object is gone, and with that its messages end.
        }
        finally
        {
            _room.Release();
        }
    }

    private static string ObjectOf(MessageRecord part) => part.Target[Names.Objects.Length..];
}
