using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Transactions;

namespace M2MCluster.Grains.Tests.Model;

/// <summary>Moves the clock, and does for those of one life what the schedule does for all.</summary>
internal sealed class Clockwork(ModelCluster cluster, Func<IEnumerable<string>> whose, Chronicle chronicle)
{
    private const int MostRounds = 20;
    private const int MostDue = 1000;

    public async Task PassAsync(TimeSpan time)
    {
        cluster.Time.Advance(time);
        List<DueTime> due = [];
        for (var round = 0; round < MostRounds; round++)
        {
            await cluster.Calls.QuietAsync();
            due = await DueAsync();
            if (due.Count == 0) return;
            foreach (var one in due) await Caller.InsistAsync(() => WakeAsync(one));
        }

        chronicle.Wrong.Add($"due again and again: {string.Join(", ", due)}");
    }

    private async Task<List<DueTime>> DueAsync()
    {
        var now = cluster.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var ids = whose().ToHashSet();
        var due = new List<DueTime>();
        foreach (var shard in ids.Select(id => DueTime.ShardOf(id)).Distinct())
            due.AddRange((await cluster.States.DueAsync(shard, default, now, MostDue)).Where(one => ids.Contains(one.ObjectId)));
        return due;
    }

    private async Task WakeAsync(DueTime due)
    {
        if (!due.ObjectId.StartsWith(Names.Transactions, StringComparison.Ordinal)) await cluster.Grains.GetObject(due.ObjectId).Wake(due.At);
        else if (MessageId.TryParse(due.ObjectId[Names.Transactions.Length..], out var transaction)) await cluster.Grains.GetGrain<ITransactionGrain>(transaction.Value).Wake(due.At);
    }
}
