using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using static M2MCluster.Storage.Tests.TestData;

namespace M2MCluster.Storage.Tests.Suite;

internal static class FeedFollower
{
    /// <summary>Writers on all nodes, and a reader on each that follows from the start: no gap, nothing twice, nothing lost.</summary>
    public static async Task FollowAsync(IReadOnlyList<StorageNode> nodes, int events)
    {
        const int writers = 24;
        var each = events / writers;
        var readers = nodes.Select(node => Task.Run(async () =>
        {
            var cursor = FeedCursor.Start;
            var seen = new List<FeedEvent>();
            while (seen.Count < writers * each)
            {
                foreach (var read in await node.Feeds.ReadAsync("app", cursor, 50, default))
                {
                    Assert.Equal(cursor[read.Position.Partition] + 1, read.Position.Sequence);
                    cursor = cursor.Past(read.Position);
                    seen.Add(read);
                }
            }

            return seen;
        })).ToArray();
        var writing = Enumerable.Range(0, writers).Select(async writer =>
        {
            var ids = new List<long>();
            for (var version = 0; version < each; version++)
            {
                var set = Set($"w{writer}", version);
                set.Reports.Add(Report($"w{writer}"));
                set.Events.Add(ReportEvent(set.Reports[0], "app"));
                ids.Add(set.Events[0].Id);
                await nodes[(writer + version) % nodes.Count].Pipeline.CommitAsync(set);
            }

            return ids;
        }).ToArray();
        var written = await Task.WhenAll(writing);

        foreach (var seen in await Task.WhenAll(readers).WaitAsync(TimeSpan.FromMinutes(1)))
        {
            for (var writer = 0; writer < writers; writer++)
                Assert.Equal(written[writer], seen.Where(read => read.Subject == Names.Objects + $"w{writer}").Select(read => read.Id));
        }
    }
}
