using System.Diagnostics.Metrics;
using M2MCluster.Edge.Admission;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Edge.Tests.Admission;

public sealed class AdmissionControlTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    [Fact]
    public void TryEnter_ServedTooSlowly_LetsInLess()
    {
        var control = Control(maxInFlight: 1000);
        var first = Fill(control, isKnown: true);
        Assert.Equal(1000, first.Count);

        _time.Advance(TimeSpan.FromSeconds(3));
        first.ForEach(control.Leave);

        Assert.InRange(Fill(control, isKnown: true).Count, AdmissionControl.Floor, 800);
    }

    [Fact]
    public void TryEnter_NothingIsAnsweredAtAll_LetsInLess()
    {
        var control = Control(maxInFlight: 1000);
        var stuck = Fill(control, isKnown: true);
        for (var seconds = 0; seconds < 30; seconds++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            Assert.False(control.TryEnter(isKnown: true, out _));
        }

        stuck.ForEach(control.Leave);
        Assert.Equal(AdmissionControl.Floor, Fill(control, isKnown: true).Count);
    }

    [Fact]
    public void TryEnter_ServedInTimeAgain_LetsInMoreUpToTheBound()
    {
        var control = Control(maxInFlight: 500);
        var slow = Fill(control, isKnown: true);
        _time.Advance(TimeSpan.FromSeconds(3));
        slow.ForEach(control.Leave);

        var let = 0;
        for (var window = 0; window < 60; window++)
        {
            var quick = Fill(control, isKnown: true);
            let = quick.Count;
            _time.Advance(TimeSpan.FromMilliseconds(300));
            quick.ForEach(control.Leave);
        }

        Assert.Equal(500, let);
    }

    [Fact]
    public void TryEnter_NewcomersFillTheirPart_LeaveRoomForWhoIsKnown()
    {
        var control = Control(maxInFlight: 1000);
        Assert.Equal(750, Fill(control, isKnown: false).Count);
        Assert.True(control.TryEnter(isKnown: true, out _));
    }

    [Fact]
    public void TryEnter_NewcomersWhenLeastIsLetIn_LeaveRoomForWhoIsKnown()
    {
        var control = Control(maxInFlight: 16);
        Assert.Equal(12, Fill(control, isKnown: false).Count);
        Assert.Equal(4, Fill(control, isKnown: true).Count);
    }

    [Fact]
    public void NextPlace_OfACrowd_IsSpreadAtThePaceOfService()
    {
        var control = Control(maxInFlight: 100);
        for (var window = 0; window < 40; window++)
        {
            // 400 a second are answered, and more want to be.
            var served = Fill(control, isKnown: true);
            _time.Advance(TimeSpan.FromMilliseconds(250));
            served.ForEach(control.Leave);
        }

        var places = Enumerable.Range(0, 4000).Select(_ => control.NextPlace().TotalSeconds).ToList();

        Assert.Equal(5, places[0], 1);
        Assert.InRange(places[^1] - places[0], 9, 12);
        Assert.Equal(places.Order(), places);
    }

    [Fact]
    public void NextPlace_OfACrowdWithoutEnd_IsNotBeyondTheLongest()
    {
        var control = Control(maxInFlight: 1000);
        for (var i = 0; i < 1_000_000; i++) control.NextPlace();
        Assert.Equal(TimeSpan.FromMinutes(10), control.NextPlace());
    }

    [Fact]
    public async Task WaitAsync_NoRoom_IsLetInInOrderAsOthersLeave()
    {
        var control = Control(maxInFlight: 100);
        var inside = Fill(control, isKnown: false);
        var first = control.WaitAsync(CancellationToken.None).AsTask();
        var second = control.WaitAsync(CancellationToken.None).AsTask();
        Assert.False(first.IsCompleted || second.IsCompleted);

        control.Leave(inside[0]);
        Assert.True(await first);
        Assert.False(second.IsCompleted);
        control.Leave(inside[1]);
        Assert.True(await second);
    }

    [Fact]
    public async Task WaitAsync_Cancelled_TakesNoPlace()
    {
        var control = Control(maxInFlight: 100);
        var inside = Fill(control, isKnown: false);
        using var patience = new CancellationTokenSource();
        var waiting = control.WaitAsync(patience.Token).AsTask();
        await patience.CancelAsync();
        Assert.False(await waiting);

        control.Leave(inside[0]);
        Assert.Single(Fill(control, isKnown: false));
    }

    [Theory]
    [InlineData(15, 1, 5, 600)]
    [InlineData(100, 0, 5, 600)]
    [InlineData(100, 1, 0, 600)]
    [InlineData(100, 1, 5, 4)]
    public void Validate_OutOfBounds_Fails(int inFlight, double delay, double retry, double longest) => Assert.True(new AdmissionOptionsValidator().Validate(null, new()
    {
        MaxInFlight = inFlight,
        TargetDelay = TimeSpan.FromSeconds(delay),
        RetryAfter = TimeSpan.FromSeconds(retry),
        LongestRetryAfter = TimeSpan.FromSeconds(longest),
    }).Failed);

    public void Dispose() => _services.Dispose();

    private AdmissionControl Control(int maxInFlight) => new(
        Options.Create(new AdmissionOptions { MaxInFlight = maxInFlight }), new AdmissionMetrics(_services.GetRequiredService<IMeterFactory>()), _time);

    private static List<long> Fill(AdmissionControl control, bool isKnown)
    {
        var inside = new List<long>();
        while (control.TryEnter(isKnown, out var entered)) inside.Add(entered);
        return inside;
    }
}
