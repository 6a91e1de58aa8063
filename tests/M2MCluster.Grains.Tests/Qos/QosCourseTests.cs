using M2MCluster.Contracts.Qos;
using M2MCluster.Grains.Qos;

namespace M2MCluster.Grains.Tests.Qos;

public sealed class QosCourseTests
{
    private static readonly QosBearerOptions Options = new() { FirstRetry = TimeSpan.FromSeconds(5), LastRetry = TimeSpan.FromSeconds(20), Profiles = { new() { Name = "S", Bandwidth = 100 }, new() { Name = "M", Bandwidth = 500 } } };

    private readonly QosCourse _course = new(Options, new(Options));
    private readonly QosFlow _asking = new()
    {
        ObjectId = "a", Device = new("+491", null, null), SinkToken = "", Profile = "M", Bandwidth = 500, DueAt = 1000,
        Demands = [new(new(1), "objects/a", "app", default, null, new(500, null, 0, QosWhenFull.Degrade), 600_000)],
    };

    [Fact]
    public void Open_Granted_IsLookedAtAndExtendedBeforeItEnds()
    {
        Assert.Equal(QosStep.Open, QosCourse.Next(_asking, 1000));
        var granted = After(_asking, QosStep.Open, new(QosAnswerKind.Available, "s", DateTimeOffset.FromUnixTimeMilliseconds(61_000)));
        Assert.Equal((QosStatus.Granted, "s", 61_000L), (granted.Status, granted.Session, granted.Until));
        Assert.Equal(QosStep.None, QosCourse.Next(granted, granted.DueAt - 1));
        // What was had is the lesser part of what is needed.
        Assert.Equal(QosStep.Extend, QosCourse.Next(granted, granted.DueAt));
        var whole = After(_asking, QosStep.Open, new(QosAnswerKind.Available, "s", DateTimeOffset.FromUnixTimeMilliseconds(590_000)));
        Assert.Equal(QosStep.Look, QosCourse.Next(whole, whole.DueAt));
        Assert.Equal(QosStep.Extend, QosCourse.Next(whole with { DueAt = 585_000 }, 588_500));
    }

    [Fact]
    public void Open_Silent_IsAskedAgainLaterAndLater()
    {
        var (flow, pauses, now) = (_asking, new List<long>(), 1000L);
        for (var i = 0; i < 5; i++)
        {
            flow = _course.After(flow, QosStep.Open, new(QosAnswerKind.Silent), now);
            Assert.Equal((QosStatus.Unavailable, QosReason.NetworkSilent), (flow.Status, flow.Reason));
            pauses.Add(flow.DueAt - now);
            now = flow.DueAt;
            Assert.Equal(QosStep.Open, QosCourse.Next(flow, now));
        }

        Assert.Equal([5000, 10_000, 20_000, 20_000, 20_000], pauses);
    }

    [Fact]
    public void Open_SilentWithATimeToRetry_WaitsAsLongButNotLongerThanTheLongest()
    {
        Assert.Equal(13_000, After(_asking, QosStep.Open, new(QosAnswerKind.Silent, RetryAfter: TimeSpan.FromSeconds(12))).DueAt);
        Assert.Equal(21_000, After(_asking, QosStep.Open, new(QosAnswerKind.Silent, RetryAfter: TimeSpan.FromDays(1))).DueAt);
    }

    [Fact]
    public void Open_ProfileRefused_TriesTheNextOneBelowIfItMay()
    {
        var lesser = After(_asking, QosStep.Open, new(QosAnswerKind.ProfileRefused, Detail: "422"));
        Assert.Equal(("S", 100L, QosReason.NetworkRefused, QosStep.Open), (lesser.Profile, lesser.Bandwidth, lesser.Reason, QosCourse.Next(lesser, 1000)));
        Assert.Equal((QosStatus.Refused, 0L), (After(lesser, QosStep.Open, new(QosAnswerKind.ProfileRefused)) is var none ? (none.Status, none.Bandwidth) : default));
    }

    [Fact]
    public void Session_TheNetworkEnds_IsClosedBeforeAnotherIsOpened()
    {
        var granted = After(_asking, QosStep.Open, new(QosAnswerKind.Available, "s"));
        var lost = After(granted, QosStep.Look, new(QosAnswerKind.Unavailable, "s", Detail: "NETWORK_TERMINATED"));
        Assert.Equal((QosStatus.Revoked, QosReason.NetworkTerminated, QosStep.CloseFormer), (lost.Status, lost.Reason, QosCourse.Next(lost, 1000)));
        var closed = After(lost, QosStep.CloseFormer, new(QosAnswerKind.Gone));
        Assert.Equal((QosStep.None, QosStep.Open), (QosCourse.Next(closed, 1000), QosCourse.Next(closed, closed.DueAt)));
        var again = _course.After(closed, QosStep.Open, new(QosAnswerKind.Available, "t"), closed.DueAt);
        Assert.Equal((QosStatus.Granted, "t", QosReason.None), (again.Status, again.Session, again.Reason));
    }

    [Fact]
    public void Flow_NobodyNeedsAnyMore_IsClosedAndForgotten()
    {
        var granted = After(_asking, QosStep.Open, new(QosAnswerKind.Available, "s", DateTimeOffset.FromUnixTimeMilliseconds(61_000))) with { Demands = [], DueAt = 1000 };
        Assert.Equal(QosStep.Close, QosCourse.Next(granted, 1000));
        Assert.Equal(QosStep.Forget, QosCourse.Next(After(granted, QosStep.Close, new(QosAnswerKind.Gone)), 1000));
        // A network that does not hear of it lets the session end in its time, and nothing is kept longer than that.
        var deaf = After(granted, QosStep.Close, new(QosAnswerKind.Silent));
        Assert.Equal(("s", QosStep.Close), (deaf.Session, QosCourse.Next(deaf, deaf.DueAt)));
        Assert.Equal(QosStep.Forget, QosCourse.Next(_course.After(deaf, QosStep.Close, new(QosAnswerKind.Silent), 60_000), 60_000));
    }

    private QosFlow After(QosFlow flow, QosStep step, QosAnswer answer) => _course.After(flow, step, answer, 1000);
}
