using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Device.Tests;

public sealed class PlatformClockTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _right = new(Noon);

    [Fact]
    public void GetUtcNow_NeverAsked_IsTheDevicesOwn()
    {
        var clock = new PlatformClock(new DriftingClock(_right, TimeSpan.FromMinutes(-3), 0));

        Assert.False(clock.IsSet);
        Assert.Equal(Noon.AddMinutes(-3), clock.GetUtcNow());
        Assert.Equal(TimeSpan.MaxValue, clock.Accuracy);
    }

    /// <summary>Whatever the ways there and back take, and however wrong the device's clock is, the bound that it states holds.</summary>
    [Fact]
    public void GetUtcNow_AnyWaysAndDrift_IsAsAccurateAsItSays() => Gen.Select(
        Gen.Double[-100e-6, 100e-6], Gen.Int[-100_000, 100_000], Gen.Select(Gen.Int[0, 2_000], Gen.Int[0, 2_000], Gen.Int[0, 7_200]).Array[1, 40]).Sample((rate, off, questions) =>
    {
        var right = new FakeTimeProvider(Noon);
        var clock = new PlatformClock(new DriftingClock(right, TimeSpan.FromSeconds(off), rate));
        foreach (var (there, back, pause) in questions)
        {
            Ask(clock, right, TimeSpan.FromMilliseconds(there), TimeSpan.FromMilliseconds(back));
            right.Advance(TimeSpan.FromSeconds(pause));
            if ((clock.GetUtcNow() - right.GetUtcNow()).Duration() > clock.Accuracy + TimeSpan.FromMilliseconds(0.01)) return false;
        }

        return true;
    }, iter: 300);

    [Fact]
    public void Hear_OfSeveralAnswers_TheQuickestCounts()
    {
        var clock = new PlatformClock(new DriftingClock(_right, TimeSpan.FromSeconds(200), 0));
        Ask(clock, _right, TimeSpan.FromMilliseconds(900), TimeSpan.Zero);
        Assert.True((clock.GetUtcNow() - _right.GetUtcNow()).Duration() > TimeSpan.FromMilliseconds(400));

        Ask(clock, _right, TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(4));
        Ask(clock, _right, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(700));

        Assert.InRange((clock.GetUtcNow() - _right.GetUtcNow()).TotalMilliseconds, -4, 4);
        Assert.InRange(clock.Accuracy.TotalMilliseconds, 7, 8);
    }

    [Fact]
    public void Hear_AgainAfterHours_KnowsHowFastTheDevicesClockRuns()
    {
        var clock = new PlatformClock(new DriftingClock(_right, TimeSpan.Zero, 80e-6));
        for (var hour = 0; hour < 6; hour++)
        {
            Ask(clock, _right, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5));
            _right.Advance(TimeSpan.FromHours(1));
        }

        // By its own clock it would be wrong by 288 ms.
        Assert.InRange((clock.GetUtcNow() - _right.GetUtcNow()).TotalMilliseconds, -5, 5);
        Assert.InRange(clock.Accuracy.TotalMilliseconds, 5, 25);
    }

    [Fact]
    public void Hear_ThePlatformsClockWasSet_FollowsIt()
    {
        var clock = new PlatformClock(_right);
        Ask(clock, _right, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5));

        var asked = clock.GetTimestamp();
        clock.Hear(asked, asked + (clock.TimestampFrequency / 10), _right.GetUtcNow().AddSeconds(30));

        Assert.InRange((clock.GetUtcNow() - _right.GetUtcNow()).TotalSeconds, 29.9, 30.1);
    }

    [Fact]
    public async Task UntilAsync_TimersThatFireEarly_IsNeverEarly()
    {
        var timers = new EarlyTimers(new DriftingClock(_right, TimeSpan.FromSeconds(-50), 0), TimeSpan.FromMilliseconds(4));
        var clock = new PlatformClock(timers);
        Ask(clock, _right, TimeSpan.Zero, TimeSpan.Zero);
        var instant = _right.GetUtcNow().AddSeconds(7);

        var waits = clock.UntilAsync(instant);
        while (!waits.IsCompleted)
        {
            _right.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        await waits;
        Assert.True(clock.GetUtcNow() >= instant);
    }

    private static void Ask(PlatformClock clock, FakeTimeProvider right, TimeSpan there, TimeSpan back)
    {
        var asked = clock.GetTimestamp();
        right.Advance(there);
        var said = DateTimeOffset.FromUnixTimeMilliseconds(right.GetUtcNow().ToUnixTimeMilliseconds());
        right.Advance(back);
        clock.Hear(asked, clock.GetTimestamp(), said);
    }
}
