using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Grains.Tests.Commit;

public sealed class TimedIdSourceTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Next_ClockStandsStill_GrowsAndTellsTheTime()
    {
        var source = new TimedIdSource(_time, 1023);
        var ids = Enumerable.Range(0, 10_000).Select(_ => source.Next()).ToList();
        Assert.Equal(ids.Order().Distinct(), ids);
        Assert.Equal(_time.GetUtcNow(), TimedId.TimeOf(ids[0]));
    }

    [Fact]
    public void GoOnFrom_ClockWentBack_StaysAbove()
    {
        var source = new TimedIdSource(_time, 3);
        var last = TimedId.FirstAt(_time.GetUtcNow() + TimeSpan.FromHours(1)) + 77;
        source.GoOnFrom(last);
        source.GoOnFrom(5);
        Assert.True(source.Next() > last);
    }

    [Fact]
    public void Next_AfterTheLeaseOfItsNumber_IsRefusedUntilItIsRenewed()
    {
        var source = new TimedIdSource(_time, 0);
        source.Take(9, 0);
        source.HoldUntil(_time.GetTimestamp() + _time.TimestampFrequency);
        var id = source.Next();
        Assert.Equal(9, (id >> TimedId.SequenceBits) & ((1 << TimedId.NodeBits) - 1));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(ErrorCode.Unavailable, Assert.Throws<M2MException>(() => source.Next()).Code);
        source.HoldUntil(_time.GetTimestamp() + _time.TimestampFrequency);
        Assert.True(source.Next() > id);
    }

    [Fact]
    public void Next_TwoNodes_NeverTheSame()
    {
        var (a, b) = (new TimedIdSource(_time, 1), new TimedIdSource(_time, 2));
        Assert.Empty(Enumerable.Range(0, 5000).Select(_ => a.Next()).Intersect(Enumerable.Range(0, 5000).Select(_ => b.Next())));
    }

    [Fact]
    public async Task Next_ManyThreads_NeverTheSame()
    {
        var source = new TimedIdSource(_time, 1);
        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Enumerable.Range(0, 5000).Select(_ => source.Next()).ToList())));
        Assert.Equal(20_000, made.SelectMany(ids => ids).Distinct().Count());
    }

    [Theory]
    [InlineData(0, 1000)]
    [InlineData(1, 1001)]
    [InlineData(9_999, 1001)]
    public void DueTime_Of_IsRoundedUp(long ticks, long milliseconds) =>
        Assert.Equal(milliseconds, DueTime.Of(DateTimeOffset.UnixEpoch.AddMilliseconds(1000).AddTicks(ticks)));
}
