using System.Globalization;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Storage.Commit;
using M2MCluster.Storage.Reading;

namespace M2MCluster.Storage.Sweeping;

/// <summary>
/// Deletes messages some days after their end, with what was kept for their sake: a group's with its parts, its list of targets and the state of the grain that followed it. One of
/// which a part waits, or has ended lately, stays whole. What is deleted at once is small in rows and in bytes.
/// </summary>
internal sealed class EndedMessages(IQueries queries, CommitPipeline pipeline, StorageOptions options, TimeProvider time)
{
    public const string PageSql = $"""
        SELECT id, {EndedAt}, target, application, request_id, size FROM messages
        WHERE parent IS NULL AND outcome IS NOT NULL AND {EndedAt} < @old AND ({EndedAt}, id) > (@at, @id)
        ORDER BY {EndedAt}, id LIMIT @step
        """;

    public const string PartsSql = $"""
        SELECT id, outcome IS NOT NULL AND {EndedAt} < @old FROM messages WHERE parent = @parent AND id > @after ORDER BY id LIMIT @step
        """;

    public const string DeletePartsSql = "DELETE FROM messages WHERE parent = $1 AND id <= $2";

    // As the index messages_kept has it.
    private const string EndedAt = "coalesce(ended_at, (id >> 22) + 1735603200000)";

    private const int Step = 1000;
    private const long StepBytes = 4 << 20;

    public async Task SweepAsync(CancellationToken cancellation)
    {
        if (options.KeepMessagesDays == 0) return;
        var old = time.GetUtcNow().AddDays(-options.KeepMessagesDays).ToUnixTimeMilliseconds();
        var last = new Ended(0, long.MinValue, "", "", null, 0);
        while (true)
        {
            var page = await PageAsync(old, last, cancellation).ConfigureAwait(false);
            if (page.Count == 0) return;
            await AloneAsync(page.FindAll(message => !message.IsToGroup), cancellation).ConfigureAwait(false);
            foreach (var message in page.Where(message => message.IsToGroup)) await WholeAsync(message, old, cancellation).ConfigureAwait(false);
            last = page[^1];
        }
    }

    private ValueTask<List<Ended>> PageAsync(long old, Ended last, CancellationToken cancellation) => queries.ListAsync(
        PageSql,
        [("old", old), ("at", last.At), ("id", last.Id), ("step", Step)],
        row => new Ended(row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4), row.GetInt64(5)), cancellation);

    private async Task AloneAsync(List<Ended> messages, CancellationToken cancellation)
    {
        for (var from = 0; from < messages.Count;)
        {
            cancellation.ThrowIfCancellationRequested();
            var (to, bytes) = (from, 0L);
            while (to < messages.Count && (to == from || bytes + messages[to].Size <= StepBytes)) bytes += messages[to++].Size;
            var ids = string.Join(',', messages[from..to].Select(message => message.Id.ToString(CultureInfo.InvariantCulture)));
            await pipeline.SweepAsync(new($"DELETE FROM messages WHERE id IN ({ids}) AND outcome IS NOT NULL")).ConfigureAwait(false);
            from = to;
        }
    }

    private async Task WholeAsync(Ended message, long old, CancellationToken cancellation)
    {
        if (await PartsAsync(message.Id, old, cancellation).ConfigureAwait(false) is not { } steps) return;
        foreach (var last in steps)
        {
            cancellation.ThrowIfCancellationRequested();
            await pipeline.SweepAsync(new(DeletePartsSql, message.Id, last)).ConfigureAwait(false);
        }

        // By the message the rest is found, so it goes last.
        await pipeline.SweepAsync(new("DELETE FROM campaign_targets WHERE campaign = $1", message.Id)).ConfigureAwait(false);
        await pipeline.SweepAsync(new("DELETE FROM state WHERE kind IN ('group-message', 'transaction') AND key = $1", new MessageId(message.Id).ToString())).ConfigureAwait(false);
        if (message.Claim is { } claim) await pipeline.SweepAsync(new("DELETE FROM state WHERE kind = 'group-request' AND key = $1", claim)).ConfigureAwait(false);
        await pipeline.SweepAsync(new("DELETE FROM messages WHERE id = $1 AND outcome IS NOT NULL", message.Id)).ConfigureAwait(false);
    }

    /// <returns>The last part of each step; null: the message and its parts stay.</returns>
    private async Task<List<long>?> PartsAsync(long parent, long old, CancellationToken cancellation)
    {
        var steps = new List<long>();
        while (true)
        {
            var page = await queries.ListAsync(
                PartsSql, [("old", old), ("parent", parent), ("after", steps.LastOrDefault()), ("step", Step)],
                row => (Id: row.GetInt64(0), IsOld: row.GetBoolean(1)), cancellation).ConfigureAwait(false);
            if (page.Exists(part => !part.IsOld)) return null;
            if (page.Count == 0) return steps;
            steps.Add(page[^1].Id);
        }
    }

    /// <param name="Size">Of the payload, bytes.</param>
    private sealed record Ended(long Id, long At, string Target, string Application, string? Request, long Size)
    {
        public bool IsToGroup => Target.StartsWith(Names.Groups, StringComparison.Ordinal);

        /// <summary>The row that gave the request its id, if a silo died before it was taken away.</summary>
        public string? Claim => Request is null ? null : $"{Application}/{Target[Names.Groups.Length..]}/{Request}";
    }
}
