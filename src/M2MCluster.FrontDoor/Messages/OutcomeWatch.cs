using System.Runtime.CompilerServices;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Reading;

namespace M2MCluster.FrontDoor.Messages;

/// <summary>
/// Follows the outcomes of a group's message in the order of their ends. A turn may be committed a little later than the time that it bears, so the last seconds are read
/// again each time, and what was told already is left out.
/// </summary>
internal sealed class OutcomeWatch(IMessageReader messages, TimeProvider time)
{
    private const int PageSize = 1000;
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(500);

    // A commit that takes longer fails, and clocks of silos differ by less.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    public async IAsyncEnumerable<MessageRecord> FollowAsync(MessageId parent, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var told = new Dictionary<MessageId, long>();
        var from = 0L;
        while (true)
        {
            // Before the parts, so that none ends in between.
            var isOver = await IsOverAsync(parent, cancellation);
            var began = time.GetTimestamp();
            var (after, afterId) = (from, default(MessageId));
            while (true)
            {
                var page = await messages.EndedPartsAsync(parent, after, afterId, PageSize, cancellation);
                foreach (var part in page)
                {
                    (after, afterId) = (part.EndedAt!.Value.ToUnixTimeMilliseconds(), part.Id);
                    if (told.TryAdd(part.Id, after)) yield return part;
                }

                if (page.Count < PageSize) break;
            }

            if (isOver) yield break;
            from = Math.Max(from, after - (long)Overlap.TotalMilliseconds);
            foreach (var (id, endedAt) in told)
            {
                if (endedAt < from) told.Remove(id);
            }

            // While many end, reading must not be all that the database does.
            var pause = time.GetElapsedTime(began) * 2;
            await Task.Delay(pause > PollEvery ? pause : PollEvery, time, cancellation);
        }
    }

    // A message may end while parts of it are in doubt, and those end later.
    private async ValueTask<bool> IsOverAsync(MessageId parent, CancellationToken cancellation) => await messages.FindAsync(parent, cancellation) is not { } message
        || (message.Outcome is not null && (await messages.ListAsync(new(Parent: parent, Waiting: true), new(long.MaxValue), 1, cancellation)).Count == 0);
}
