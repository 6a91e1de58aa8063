using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Groups.Campaigns;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Tests.Cluster;
using M2MCluster.Testing;
using Orleans.Serialization;

namespace M2MCluster.Grains.Tests.ReportTasks;

/// <summary>Many objects are asked one after the other within a window, at a flat rate.</summary>
public sealed class WindowTests(GrainCluster cluster) : ReportTaskTests(cluster)
{
    private const int Many = 2000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task RoundRobin_OfManyObjects_ReadsAllWithinTheWindowAtAFlatRate()
    {
        var (group, members) = await FleetAsync(Many);
        var from = Cluster.Time.GetUtcNow();
        var task = await BeginAsync(Terms(group, MemberOrder.ById));

        var asked = await RunAsync(task, members.Count, answers: true);

        Assert.Equal(members, asked);
        var times = new List<double>();
        foreach (var member in members)
        {
            var report = Assert.Single(await ReportsAsync(member));
            times.Add((TimedId.TimeOf(report.Id) - from).TotalSeconds);
        }

        Assert.All(times, time => Assert.InRange(time, 0, Window.TotalSeconds));
        var minutes = times.GroupBy(time => Math.Min(9, (int)(time / 60))).Select(minute => minute.Count()).ToList();
        Assert.Equal(10, minutes.Count);
        Assert.All(minutes, count => Assert.InRange(count, (Many / 10) - 25, (Many / 10) + 25));
        Assert.StartsWith("messages/", (await task.Get()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RandomInWindow_EachHasAPlaceByChance()
    {
        var (group, members) = await FleetAsync(300);

        var asked = await RunAsync(await BeginAsync(Terms(group, MemberOrder.Random)), members.Count, answers: false);

        Assert.Equal(members, asked.Order(StringComparer.Ordinal));
        Assert.NotEqual(members, asked);
    }

    [Fact]
    public async Task RoundRobinOverGroups_OneGroupAfterTheOther_EachByChance()
    {
        var (first, some) = await FleetAsync(100);
        var (second, others) = await FleetAsync(200);
        var both = Cluster.Fresh("both");
        // Who is in two of them has its place in the first.
        await Group(both).Make("op", new(), [some[0]]);
        await Group(both).AddGroups("op", [first, second]);

        var asked = await RunAsync(await BeginAsync(Terms(both, MemberOrder.ByGroup)), 300, answers: false);

        Assert.Equal(some, asked.Take(100).Order(StringComparer.Ordinal));
        Assert.Equal(others, asked.Skip(100).Order(StringComparer.Ordinal));
        Assert.NotEqual(others, asked.Skip(100));
    }

    [Theory]
    [InlineData(100_000, 3600)]
    [InlineData(7, 3600)]
    [InlineData(5000, 1)]
    public void FlatPace_AnyNumber_IsFlatAndAllAreWithinTheWindow(int total, int seconds)
    {
        var (from, window) = (Cluster.Time.GetUtcNow(), TimeSpan.FromSeconds(seconds));
        var pace = new FlatPace(from, window, total);
        Assert.Equal(1, pace.DueAt(from));
        var former = 0;
        for (var i = 1; i <= 100; i++)
        {
            var due = pace.DueAt(from + (window * i / 100));
            Assert.InRange(due - former, Math.Max(0, (total / 100) - 1), (total / 100) + 1);
            former = due;
        }

        Assert.Equal(total, pace.DueAt(from + (window * (total - 1) / total) + TimeSpan.FromMilliseconds(1)));
        Assert.True(pace.DueAt(from + TimeSpan.FromTicks(1) + pace.WaitAfter(1, from)) >= 2);
    }

    private static ReportTaskTerms Terms(string group, MemberOrder order) => new()
    {
        Application = "", Target = $"groups/{group}", OnDemand = new(), Window = Window, Order = order, Grace = TimeSpan.FromMinutes(5),
    };

    /// <summary>Lets the window pass, while each object that is asked answers at once.</summary>
    /// <returns>Who was asked, in order.</returns>
    private async Task<IReadOnlyList<string>> RunAsync(IReportTaskGrain task, int count, bool answers)
    {
        var question = (await task.Get()).Question!.Value;
        var whole = Cluster.Grains.GetGrain<IGroupMessageGrain>(question.Value);
        var from = (await FindAsync(question)).AcceptedAt;
        var pace = new FlatPace(from, Window, count);
        var asked = new List<string>();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        for (var step = 0; step <= 100; step++)
        {
            if (step > 0) Cluster.Time.Advance(Window / 100);
            while ((await whole.View())!.Dispatched < pace.DueAt(Cluster.Time.GetUtcNow()))
            {
                await whole.Step();
                await System.Threading.Tasks.Task.Delay(1, patience.Token);
            }

            var parts = await Cluster.Messages.ListAsync(new(Parent: question, Waiting: true), new(long.MaxValue), 10_000, CancellationToken.None);
            if (!answers) continue;
            asked.AddRange(parts.Reverse().Select(part => part.Target["objects/".Length..]));
            await System.Threading.Tasks.Task.WhenAll(parts.Select(part => AnswerAsync(part).AsTask()));
        }

        if (answers)
        {
            while ((await FindAsync(question)).Outcome is null)
            {
                await whole.Step();
                await System.Threading.Tasks.Task.Delay(1, patience.Token);
            }

            return asked;
        }

        var all = await Cluster.Messages.ListAsync(new(Parent: question), new(long.MaxValue), 10_000, CancellationToken.None);
        return [.. all.Reverse().Select(part => part.Target["objects/".Length..])];
    }

    private async ValueTask AnswerAsync(MessageRecord part)
    {
        var member = part.Target["objects/".Length..];
        await Object(member).Result(Proved(member), part.Id, new(true, "text/plain", "1"u8.ToArray()));
    }

    private IGroupGrain Group(string id) => Cluster.Grains.GetGrain<IGroupGrain>(id);

    private async Task<(string Group, IReadOnlyList<string> Members)> FleetAsync(int count)
    {
        var prefix = Cluster.Fresh("window");
        var members = Enumerable.Range(0, count).Select(i => $"{prefix}-{i:d6}").ToList();
        var state = Cluster.Get<Serializer<ObjectState>>().SerializeToArray(Creation.State(1));
        foreach (var chunk in members.Chunk(Cluster.Get<IBulkCommit>().MostObjects))
        {
            var set = new BulkSet(new("import", chunk[0], 0, []));
            foreach (var member in chunk) set.Objects.Add(new(Creation.Describe(member, ObjectKind.Device, new(), Cluster.Time.GetUtcNow()), state, 0));
            Assert.True(await Cluster.Get<IBulkCommit>().TryCommitAsync(set));
        }

        await Group(prefix).Make("op", new(), []);
        foreach (var chunk in members.Chunk(IGroupGrain.MaxChange)) await Group(prefix).Add("op", [.. chunk]);
        return (prefix, members);
    }
}
