using System.Net;
using M2MCluster.FrontDoor.Access;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.FrontDoor.Tests;

public sealed class FailureLimiterTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Allows_AfterABurstOfFailures_OncePerSecond()
    {
        var limiter = new FailureLimiter(_time);
        var from = IPAddress.Parse("192.0.2.1");
        for (var i = 0; i < FailureLimiter.Burst; i++)
        {
            Assert.True(limiter.Allows(from));
            limiter.Failed(from);
        }

        Assert.False(limiter.Allows(from));
        Assert.True(limiter.Allows(IPAddress.Parse("192.0.2.2")));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(limiter.Allows(from));
        limiter.Failed(from);
        Assert.False(limiter.Allows(from));
    }

    [Fact]
    public void Allows_AddressesOfOneIPv6Prefix_CountAsOne()
    {
        var limiter = new FailureLimiter(_time);
        for (var i = 0; i < FailureLimiter.Burst; i++) limiter.Failed(IPAddress.Parse($"2001:db8::{i + 1:x}"));
        Assert.False(limiter.Allows(IPAddress.Parse("2001:db8::ffff")));
        Assert.True(limiter.Allows(IPAddress.Parse("2001:db8:0:1::1")));
    }
}
