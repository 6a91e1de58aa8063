using M2MCluster.Contracts;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Planning;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Grains.Tests.Planning;

/// <summary>What is urgent leaves though the planner is silent, by the same budgets.</summary>
public sealed class StandInTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(Plans.Noon);
    private readonly PlanDisk _disk = new();
    private readonly PlanMetrics _metrics = new();
    private readonly PlanningOptions _options = Plans.Options(Plans.Budget(80, cellMessages: 16));

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task Admit_OfSeveralSilosInTurn_UsesUpWhatTheSilentOneHadNotTaken()
    {
        var planner = new RationHolder(_disk, _options, _time);
        Assert.True(planner.TryLeave("a"));
        var (one, other) = (StandIn(), StandIn());

        // Of its cell's sixteen one has left and two had been taken ahead.
        for (var i = 0; i < 13; i++) Assert.True(await LeavesAsync(i % 2 == 0 ? one : other, "a"));
        Assert.False(await LeavesAsync(one, "a"));
        Assert.False(await LeavesAsync(other, "a"));
        Assert.True(await LeavesAsync(other, "b"));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await LeavesAsync(one, "a"));
    }

    [Fact]
    public async Task Admit_WhenThePlannerIsBack_ItCountsWhatLeft()
    {
        var standIn = StandIn();
        for (var i = 0; i < 5; i++) Assert.True(await LeavesAsync(standIn, "a"));

        var planner = new RationHolder(_disk, _options, _time);

        Assert.Equal(11, Enumerable.Range(0, 20).Count(_ => planner.TryLeave("a")));
        Assert.False(await LeavesAsync(standIn, "a"));
    }

    [Fact]
    public async Task Admit_StorageIsAway_GrantsNothingAndGoesOnAfterwards()
    {
        var standIn = StandIn();
        _disk.Doubts = true;
        await Assert.ThrowsAsync<M2MException>(() => LeavesAsync(standIn, "a"));

        // That one may have left.
        for (var i = 0; i < 15; i++) Assert.True(await LeavesAsync(standIn, "a"));
        Assert.False(await LeavesAsync(standIn, "a"));
    }

    [Fact]
    public async Task Admit_FlowsHoldAHalf_OfTheRestOnlyAPieceWasTakenAhead()
    {
        var flows = new HeldShares([new(new(1), "", 0.5, Plans.Noon, Plans.Noon.AddMinutes(5))]);
        await new PlanStore("MQTT", _disk, _disk, null!).WriteSharesAsync(flows);
        var planner = new RationHolder(_disk, _options, _time);
        planner.Plan.Split(flows.LeftIn);
        Assert.True(planner.TryLeave("a"));
        var standIn = StandIn();

        // Of each cell's eight an eighth had been taken ahead.
        for (var i = 0; i < 7; i++) Assert.True(await LeavesAsync(standIn, "b"));
        Assert.False(await LeavesAsync(standIn, "b"));
    }

    [Fact]
    public async Task Admit_WaitedTooLongForItsTurn_NothingIsTakenForIt()
    {
        var standIn = StandIn();
        var stored = new TaskCompletionSource();
        _disk.Waits = stored.Task;
        var first = LeavesAsync(standIn, "a");
        Task<bool>[] behind = [LeavesAsync(standIn, "a"), LeavesAsync(standIn, "a"), LeavesAsync(standIn, "a")];

        _time.Advance(_options.Patience);

        foreach (var one in behind) Assert.False(await one.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.False(first.IsCompleted);
        stored.SetResult();
        Assert.True(await first);
        for (var i = 0; i < 15; i++) Assert.True(await LeavesAsync(standIn, "a"));
        Assert.False(await LeavesAsync(standIn, "a"));
    }

    [Fact]
    public void Pulse_OthersHadAnAnswerMeanwhile_IsNotSilent()
    {
        var pulse = new PlannerPulse(_time);
        var asked = pulse.Now;
        _time.Advance(TimeSpan.FromSeconds(1));
        pulse.Heard(Bearer.Mqtt);
        Assert.False(pulse.Missed(Bearer.Mqtt, asked));
        Assert.False(pulse.IsSilent(Bearer.Mqtt));

        asked = pulse.Now;
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(pulse.Missed(Bearer.Mqtt, asked));
        Assert.True(pulse.IsSilent(Bearer.Mqtt));
        Assert.False(pulse.IsSilent(Bearer.Coap));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(pulse.IsSilent(Bearer.Mqtt));
    }

    private StandIn StandIn() => new(Options.Create(_options), new(_options), _disk, _disk, null!, _metrics, _time);

    private static async Task<bool> LeavesAsync(StandIn standIn, string cell) => await standIn.AdmitAsync(Bearer.Mqtt, new PermitRequest(cell, 1, 7, null, null)) is { Granted: true };
}
