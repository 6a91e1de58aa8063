using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Device.Tests;

public sealed class ReportIdsTests
{
    [Fact]
    public void Next_ClockStandsStill_IsNeverTheSame()
    {
        var ids = new ReportIds(new FakeTimeProvider());
        var seen = Enumerable.Range(0, 10_000).Select(_ => ids.Next()).ToHashSet();
        Assert.Equal(10_000, seen.Count);
        Assert.All(seen, id => Assert.Matches("^[A-Za-z0-9_-]{8}$", id));
    }

    [Fact]
    public void Next_AfterRestart_IsNoneOfBefore()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-01-01T00:00:00Z"));
        var before = new ReportIds(time);
        var seen = Enumerable.Range(0, 64).Select(_ => before.Next()).ToHashSet();
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.DoesNotContain(new ReportIds(time).Next(), seen);
    }
}
