using M2MCluster.Contracts;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Grains.Tests.Planning;

/// <summary>What is kept of flows that hold shares, and when it is forgotten.</summary>
public sealed class PlannedFlowsTests
{
    private static readonly MessageId Id = new(7);

    private readonly FakeTimeProvider _time = new(Plans.Noon);
    private readonly PlanDisk _disk = new();
    private readonly PlanningOptions _options = Plans.Options(Plans.Budget(null, cellMessages: 16));

    [Fact]
    public async Task Tidy_FlowIsOver_NothingOfItStays()
    {
        var flows = await FlowsAsync();
        await flows.OpenAsync(new(Id, "", 0.5, TimeSpan.FromMinutes(1)));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await LeavesAsync(flows, "a"));
        await flows.TidyAsync();
        Assert.Contains($"MQTT/flows/{Id}", _disk.Keys);
        _time.Advance(TimeSpan.FromMinutes(2));

        await flows.TidyAsync();

        Assert.DoesNotContain($"MQTT/flows/{Id}", _disk.Keys);
        Assert.Empty((await Store().ReadSharesAsync()).All);
        var before = _disk.Commits;
        await flows.TidyAsync();
        Assert.Equal(before, _disk.Commits);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Tidy_ForgettingFails_TheNextPlannerForgets(int failing)
    {
        var flows = await FlowsAsync();
        await flows.OpenAsync(new(Id, "", 0.5, TimeSpan.FromMinutes(1)));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await LeavesAsync(flows, "a"));
        _time.Advance(TimeSpan.FromMinutes(2));
        if (failing == 1) _disk.Refuses = true;
        else _disk.After = () => _disk.Refuses = true;
        await Assert.ThrowsAsync<M2MException>(() => flows.TidyAsync().AsTask());

        await (await FlowsAsync()).TidyAsync();

        Assert.DoesNotContain($"MQTT/flows/{Id}", _disk.Keys);
        Assert.Empty((await Store().ReadSharesAsync()).All);
    }

    [Fact]
    public async Task Open_FormerFlowIsOverAndForgettingFails_HoldsAllTheSame()
    {
        var flows = await FlowsAsync();
        await flows.OpenAsync(new(Id, "", 0.8, TimeSpan.FromMinutes(1)));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await LeavesAsync(flows, "a"));
        _time.Advance(TimeSpan.FromMinutes(1));

        // The shares are the first commit, the mark is the second; a third, that forgets, would fail.
        _disk.After = () => _disk.After = () => _disk.Refuses = true;
        var next = await flows.OpenAsync(new(new(8), "", 0.8, TimeSpan.FromMinutes(1)));

        Assert.True(_disk.Refuses);
        Assert.Equal(next, flows.Find(new(8)));
    }

    private static async Task<bool> LeavesAsync(PlannedFlows flows, string cell) =>
        await flows.AdmitAsync(new PermitRequest(cell, 1, 0, null, null, Id)) is { Granted: true };

    private PlanStore Store() => new("MQTT", _disk, _disk, null!);

    private async Task<PlannedFlows> FlowsAsync()
    {
        var (plan, store) = (Plans.Of(_options), Store());
        var rations = new Rations(plan, store, 1, _time);
        var mark = await store.ReadMarkAsync();
        var flows = new PlannedFlows(Bearer.Mqtt, _options, new(_options), plan, rations, store, 1, _time);
        await flows.ReadAsync();
        rations.TakeOver(mark, _time.GetUtcNow());
        return flows;
    }
}
