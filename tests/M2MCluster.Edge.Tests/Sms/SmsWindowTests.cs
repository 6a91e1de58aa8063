using M2MCluster.Edge.Sms;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Edge.Tests.Sms;

public sealed class SmsWindowTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Enter_BeyondTheWindow_WaitsForOneToLeave()
    {
        using var window = new SmsWindow(2, TimeSpan.FromSeconds(60), _time);
        await window.EnterAsync(default);
        await window.EnterAsync(default);
        var third = window.EnterAsync(default).AsTask();
        Assert.False(third.IsCompleted);
        window.Leave(throttled: false);
        await third;
    }

    [Fact]
    public async Task Leave_Throttled_HalvesPausesAndGrowsSlowly()
    {
        using var window = new SmsWindow(8, TimeSpan.FromSeconds(60), _time);
        for (var i = 0; i < 3; i++) await window.EnterAsync(default);
        window.Leave(throttled: true);
        window.Leave(throttled: true);
        Assert.Equal(4, window.Allowed);
        var next = window.EnterAsync(default).AsTask();
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await next;
        for (var i = 0; i < 4; i++)
        {
            window.Leave(throttled: false);
            await window.EnterAsync(default);
        }

        Assert.Equal(5, window.Allowed);
    }

    [Fact]
    public async Task Leave_ThrottledAgainAndAgain_PausesLongerUpToTheLongest()
    {
        using var window = new SmsWindow(1, TimeSpan.FromSeconds(4), _time);
        await window.EnterAsync(default);
        foreach (var longest in new[] { 1, 2, 4, 4 })
        {
            window.Leave(throttled: true);
            var next = window.EnterAsync(default).AsTask();
            _time.Advance(TimeSpan.FromSeconds(longest / 2.0) - TimeSpan.FromMilliseconds(1));
            Assert.False(next.IsCompleted);
            _time.Advance(TimeSpan.FromSeconds(longest / 2.0) + TimeSpan.FromMilliseconds(1));
            await next;
        }
    }

    [Fact]
    public async Task Enter_GivenUp_LeavesItsPlaceToOthers()
    {
        using var window = new SmsWindow(1, TimeSpan.FromSeconds(4), _time);
        await window.EnterAsync(default);
        using var impatient = new CancellationTokenSource();
        var second = window.EnterAsync(impatient.Token).AsTask();
        var third = window.EnterAsync(default).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        window.Leave(throttled: false);
        await third;
    }
}
