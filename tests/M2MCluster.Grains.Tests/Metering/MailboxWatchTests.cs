using M2MCluster.Contracts;
using M2MCluster.Grains.Metering;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Grains.Tests.Metering;

public sealed class MailboxWatchTests
{
    private static readonly MessageId First = new(1);
    private static readonly MessageId Second = new(2);

    private readonly FakeTimeProvider _time = new();
    private readonly MailboxWatch _watch;

    public MailboxWatchTests() => _watch = new(_time, Options.Create(new MailboxWatchOptions { StuckAfter = TimeSpan.FromMinutes(3) }), NullLogger<MailboxWatch>.Instance);

    [Fact]
    public void Look_OldestDoesNotMove_IsStuckAfterTheTime()
    {
        LookConnected("a", First);
        _time.Advance(TimeSpan.FromSeconds(179));
        LookConnected("a", First);
        Assert.Equal(0, _watch.CountStuck());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((1, 180), (_watch.CountStuck(), _watch.Oldest()));
    }

    [Fact]
    public void Look_OldestMoves_BeginsAnew()
    {
        LookConnected("a", First);
        _time.Advance(TimeSpan.FromMinutes(2));
        LookConnected("a", Second);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal((0, 120), (_watch.CountStuck(), _watch.Oldest()));
    }

    [Fact]
    public void Look_OutOfReach_IsForgotten()
    {
        LookConnected("a", First);
        _time.Advance(TimeSpan.FromMinutes(5));
        _watch.Look("a", First, until: 0, isConnected: false);
        Assert.Equal((0, 0), (_watch.CountStuck(), _watch.Oldest()));
    }

    [Fact]
    public void Look_NotConnectedAndNotHeardOfAgain_IsForgottenInTime()
    {
        _watch.Look("a", First, until: long.MaxValue, isConnected: false);
        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(1, _watch.CountStuck());
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(0, _watch.CountStuck());
    }

    [Fact]
    public void Forget_EmptyMailbox_IsNotCounted()
    {
        LookConnected("a", First);
        LookConnected("b", First);
        _time.Advance(TimeSpan.FromMinutes(5));
        _watch.Forget("a");
        Assert.Equal(1, _watch.CountStuck());
    }

    private void LookConnected(string objectId, MessageId oldest) => _watch.Look(objectId, oldest, long.MaxValue, isConnected: true);
}
