using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Routing;

namespace M2MCluster.Grains.Tests.Routing;

public sealed class TroublesTests
{
    private const long Minute = 60_000;
    private static readonly Route Mqtt = new(Bearer.Mqtt, null);
    private static readonly Route Coap = new(Bearer.Coap, "g");
    private static readonly PathOptions Options = new();

    [Fact]
    public void Failed_InARow_RestsTwiceAsLongUpToTheLongest()
    {
        PathTrouble[]? troubles = null;
        var rests = new List<long>();
        for (var i = 0; i < 40; i++)
        {
            troubles = Troubles.Failed(troubles, Mqtt, 0, Options);
            rests.Add(Troubles.Of(troubles, Mqtt)!.RestsUntil / 1000);
        }

        Assert.Equal([30, 60, 120, 240, 480, 960, 1800, 1800], rests.Take(8));
        Assert.Equal(1800, rests[^1]);
    }

    [Fact]
    public void Failures_FadeByHalf()
    {
        var troubles = Troubles.Failed(Troubles.Failed(null, Mqtt, 0, Options), Mqtt, 10 * Minute, Options);

        Assert.Equal(1.5, Troubles.Of(troubles, Mqtt)!.FailuresAt(10 * Minute, Options.FailureHalfLife), 6);
        Assert.Equal(0.75, Troubles.Of(troubles, Mqtt)!.FailuresAt(20 * Minute, Options.FailureHalfLife), 6);
    }

    [Fact]
    public void Succeeded_RestsNoMoreAndIsForgottenOnceItsFailuresFaded()
    {
        var failed = Troubles.Failed(null, Mqtt, 0, Options);

        var soon = Troubles.Of(Troubles.Succeeded(failed, Mqtt, Minute, Options), Mqtt)!;
        Assert.Equal((0, 0), (soon.RestsUntil, soon.InARow));
        Assert.InRange(soon.Failures, 0.9, 1);
        Assert.Null(Troubles.Succeeded(failed, Mqtt, 60 * Minute, Options));
    }

    [Fact]
    public void Succeeded_NeverFailed_KeepsNothing()
    {
        Assert.Null(Troubles.Succeeded(null, Mqtt, 0, Options));
        var other = Troubles.Failed(null, Coap, 0, Options);
        Assert.Same(other, Troubles.Succeeded(other, Mqtt, 0, Options));
    }

    [Fact]
    public void Failed_ManyRoutes_KeepsAFewAndForgetsTheFaded()
    {
        var troubles = Troubles.Failed(null, Coap, 0, Options);
        for (var i = 0; i < 20; i++) troubles = Troubles.Failed(troubles, new(Bearer.Mqtt, $"{i}"), 120 * Minute, Options);

        Assert.Equal(8, troubles!.Length);
        Assert.Null(Troubles.Of(troubles, Coap));
    }
}
