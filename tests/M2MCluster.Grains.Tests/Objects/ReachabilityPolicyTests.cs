using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Tests.Objects;

public sealed class ReachabilityPolicyTests
{
    private static readonly ObjectTraits Sleeper = new(true, 20_000, 10_000_000, 1, false);
    private static readonly ObjectTraits AlwaysOn = new(false, 20_000, 0, 1, false);
    private static readonly ObjectState Seen = new() { SeenAt = 1_000_000, AwakeUntil = 1_020_000 };

    private static Registration Until(long milliseconds) => new(
        "r", TimeSpan.Zero, "", Bearer.Coap, "", default, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty);

    [Theory]
    [InlineData(1_000_000, Reachability.Awake, 1_020_000)]
    [InlineData(1_019_999, Reachability.Awake, 1_020_000)]
    [InlineData(1_020_000, Reachability.Asleep, 16_000_000)]
    [InlineData(15_999_999, Reachability.Asleep, 16_000_000)]
    [InlineData(16_000_000, Reachability.Overdue, 0)]
    public void Of_Sleeper_GoesThroughItsDay(long now, Reachability state, long until) =>
        Assert.Equal((state, until), ReachabilityPolicy.Of(Seen, Sleeper, null, false, now));

    [Fact]
    public void Of_OverdueWithinTheAwakeWindow_HoldsOnlyUntilThen() =>
        Assert.Equal((Reachability.Awake, 1_015_000), ReachabilityPolicy.Of(Seen, Sleeper with { ReportPeriod = 10_000 }, null, false, 1_000_001));

    [Fact]
    public void Of_Connected_IsReachableWhateverElse() =>
        Assert.Equal((Reachability.Reachable, 0), ReachabilityPolicy.Of(new() { Left = true }, Sleeper, null, true, 0));

    [Fact]
    public void Of_NeverHeardOf_IsUnknown() => Assert.Equal((Reachability.Unknown, 0), ReachabilityPolicy.Of(new(), AlwaysOn, null, false, 5));

    [Fact]
    public void Of_Left_IsUnreachable() => Assert.Equal((Reachability.Unreachable, 0), ReachabilityPolicy.Of(Seen with { Left = true }, AlwaysOn, null, false, 1_000_001));

    [Fact]
    public void Of_AlwaysOn_HoldsUntilItsRegistrationEnds() =>
        Assert.Equal((Reachability.Reachable, 2_000_000), ReachabilityPolicy.Of(Seen, AlwaysOn, Until(2_000_000), false, 1_500_000));

    [Theory]
    [InlineData(1_010_000, 1_020_000)]
    [InlineData(1_020_000, 0)]
    public void ListensUntil_Sleeper_IsItsAwakeWindow(long now, long until) =>
        Assert.Equal(until, ReachabilityPolicy.ListensUntil(Seen, Sleeper with { ReportPeriod = 1 }, null, false, now));

    [Fact]
    public void ListensUntil_ChildNeverHeardOf_IsForEver()
    {
        Assert.Equal(long.MaxValue, ReachabilityPolicy.ListensUntil(new(), AlwaysOn with { IsChild = true }, null, false, 5));
        Assert.Equal(0, ReachabilityPolicy.ListensUntil(new(), AlwaysOn, null, false, 5));
        Assert.Equal(0, ReachabilityPolicy.ListensUntil(new() { Left = true }, AlwaysOn with { IsChild = true }, null, false, 5));
    }

    [Fact]
    public void ExpectedAt_PeriodNotKnown_IsNull()
    {
        Assert.Null(ReachabilityPolicy.ExpectedAt(Seen, AlwaysOn));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(11_000_000), ReachabilityPolicy.ExpectedAt(Seen, Sleeper));
    }
}
