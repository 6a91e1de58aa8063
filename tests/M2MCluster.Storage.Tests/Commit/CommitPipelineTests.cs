using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;
using M2MCluster.Storage.Commit;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using static M2MCluster.Storage.Tests.TestData;

namespace M2MCluster.Storage.Tests.Commit;

public sealed class CommitPipelineTests : IAsyncDisposable
{
    private readonly GatedWriter _writer = new();
    private readonly RecordedHints _hints = new();
    private readonly ServiceProvider _services;
    private readonly CommitPipeline _pipeline;

    public CommitPipelineTests()
    {
        _services = new ServiceCollection().AddSerializer().AddLogging().AddSingleton<IFeedHints>(_hints).AddSingleton<IDueHints>(new RecordedDueHints())
            .AddM2MStorage("Data Source=unused", options => (options.QueueBound, options.BatchSize) = (16, 4))
            .AddSingleton<IBatchWriter>(_writer).BuildServiceProvider();
        _pipeline = _services.GetRequiredService<CommitPipeline>();
        _pipeline.Start();
    }

    [Fact]
    public async Task CommitAsync_WhileABatchIsInFlight_GathersTheNextUpToItsSize()
    {
        var commits = new List<Task> { Commit("first") };
        await _writer.ArrivedAsync();
        foreach (var key in "abcdef") commits.Add(Commit(key.ToString()));
        _writer.LetGo(3);
        await Task.WhenAll(commits);
        Assert.Equal([["first"], ["a", "b", "c", "d"], ["e", "f"]], _writer.Batches);
    }

    [Fact]
    public async Task CommitAsync_SameStateTwice_IsNeverInOneBatchAndKeepsItsOrder()
    {
        var commits = new List<Task> { Commit("first") };
        await _writer.ArrivedAsync();
        foreach (var key in "aabab") commits.Add(Commit(key.ToString()));
        _writer.LetGo(4);
        await Task.WhenAll(commits);
        Assert.Equal([["first"], ["a", "b"], ["a", "b"], ["a"]], _writer.Batches);
    }

    [Fact]
    public async Task CommitAsync_QueueFull_IsRefusedAtOnce()
    {
        var commits = new List<Task> { Commit("first") };
        await _writer.ArrivedAsync();
        for (var i = 0; i < 16; i++) commits.Add(Commit($"k{i}"));
        var refused = await Assert.ThrowsAsync<M2MException>(async () => await _pipeline.CommitAsync(Set("more")));
        Assert.Equal(ErrorCode.Unavailable, refused.Code);
        _writer.LetGo(10);
        await Task.WhenAll(commits);
    }

    [Fact]
    public async Task CommitAsync_DatabaseAway_IsUnavailableAndTellsNobody()
    {
        _writer.Failure = new IOException("disk full");
        var set = Set("a");
        set.Events.Add(Event("a", "app"));
        _writer.LetGo(1);
        var failure = await Assert.ThrowsAsync<M2MException>(async () => await _pipeline.CommitAsync(set));
        Assert.Equal(ErrorCode.Unavailable, failure.Code);
        Assert.DoesNotContain("disk", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_hints.Feeds);
    }

    [Fact]
    public async Task CommitAsync_SetThatSpoilsItsBatch_FailsAlone()
    {
        _writer.SpoiledBy = "bad";
        var commits = new List<Task> { Commit("first") };
        await _writer.ArrivedAsync();
        foreach (var key in new[] { "a", "bad", "b" }) commits.Add(Commit(key));
        _writer.LetGo(5);
        var failure = await Assert.ThrowsAsync<M2MException>(async () => await commits[2]);
        Assert.Equal(ErrorCode.Internal, failure.Code);
        await Task.WhenAll(commits[0], commits[1], commits[3]);
        Assert.Equal([["first"], ["a", "bad", "b"], ["a"], ["bad"], ["b"]], _writer.Batches);
    }

    [Fact]
    public async Task CommitAsync_ManySetsOfOneFeed_HintOnce()
    {
        var commits = new List<Task> { Commit("first") };
        await _writer.ArrivedAsync();
        foreach (var key in "abc")
        {
            var set = Set(key.ToString());
            set.Events.Add(Event("a", "app"));
            commits.Add(_pipeline.CommitAsync(set).AsTask());
        }

        _writer.LetGo(2);
        await Task.WhenAll(commits);
        Assert.Equal("app", Assert.Single(_hints.Feeds));
    }

    [Fact]
    public async Task Dispose_WithSetsWaiting_CommitsThemFirst()
    {
        var commits = Enumerable.Range(0, 6).Select(i => Commit($"k{i}")).ToArray();
        _writer.LetGo(6);
        _pipeline.Dispose();
        await Task.WhenAll(commits);
        await Assert.ThrowsAsync<M2MException>(async () => await _pipeline.CommitAsync(Set("late")));
    }

    public async ValueTask DisposeAsync()
    {
        _writer.LetGo(1000);
        await _services.DisposeAsync();
    }

    private Task Commit(string key) => _pipeline.CommitAsync(Set(key)).AsTask();
}
