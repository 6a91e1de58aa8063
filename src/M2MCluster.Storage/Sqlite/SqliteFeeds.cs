using System.Runtime.InteropServices;
using M2MCluster.Contracts.Events;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Storage.Sqlite;

/// <summary>
/// Appends to the feeds. The heads are known here after their first use, since this process is the file's only writer. Only the
/// thread that writes calls it.
/// </summary>
internal sealed class SqliteFeeds(SqliteStatements statements)
{
    private readonly Dictionary<string, long[]> _heads = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Feed, int Partition), long> _grown = [];

    public void Append(string feed, EventWrite written)
    {
        var partition = FeedCursor.PartitionOf(written.PartitionKey);
        var sequence = ++Heads(feed)[partition];
        statements.InsertFeed.Bind(feed).Bind(partition).Bind(sequence).Bind(written.Id).Bind(written.Type).Bind(written.Subject)
            .Bind(written.Data).Bind(written.TraceParent).Execute();
        CollectionsMarshal.GetValueRefOrAddDefault(_grown, (feed, partition), out _) = sequence;
    }

    /// <summary>Everything in the feed is gone for its readers; its numbers go on from where they are.</summary>
    public void Drop(string feed)
    {
        Save();
        statements.DropFeed.Bind(feed).Execute();
    }

    /// <summary>Writes the heads of the feeds that grew.</summary>
    public void Save()
    {
        foreach (var ((feed, partition), sequence) in _grown) statements.Head.Bind(feed).Bind(partition).Bind(sequence).Execute();
        _grown.Clear();
    }

    private long[] Heads(string feed)
    {
        ref var heads = ref CollectionsMarshal.GetValueRefOrAddDefault(_heads, feed, out var known);
        if (known) return heads!;
        heads = new long[FeedCursor.Partitions];
        var read = statements.Heads.Bind(feed);
        while (read.Step()) heads[read.Long(0)] = read.Long(1);
        read.Reset();
        return heads;
    }
}
