using System.Net;
using M2MCluster.Contracts.Events;
using M2MCluster.FrontDoor.Requests;
using M2MCluster.FrontDoor.Webhooks;
using Microsoft.Extensions.Options;

namespace M2MCluster.FrontDoor.Tests;

public sealed class WebhookRulesTests
{
    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.0.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("93.184.216.34", true)]
    [InlineData("2606:2800:220:1::1", true)]
    public void Targets_BeyondLoopback_AreOfThePublicInternetOnly(string address, bool allowed) =>
        Assert.Equal(allowed, Targets(onLoopback: false).Allows(IPAddress.Parse(address)));

    [Fact]
    public void Targets_OnLoopback_MayBePrivateUnlessForbidden()
    {
        Assert.True(Targets(onLoopback: true).Allows(IPAddress.Loopback));
        Assert.False(Targets(onLoopback: true, allow: false).Allows(IPAddress.Loopback));
        Assert.True(Targets(onLoopback: false, allow: true).Allows(IPAddress.Loopback));
    }

    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://[::1]:8080/")]
    [InlineData("http://2130706433/")]
    [InlineData("https://user:secret@example.com/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/relative")]
    public void Read_TargetThatMayNotBe_IsAProblem(string url)
    {
        var problems = new Problems();
        Assert.Null(Targets(onLoopback: false).Read(url, "webhook", problems));
        Assert.Throws<InvalidRequestException>(problems.ThrowIfAny);
    }

    [Fact]
    public void BackOff_Failures_DoubleUpToTheLongest()
    {
        var longest = TimeSpan.FromSeconds(60);
        for (var failures = 1; failures < 100; failures++)
        {
            var whole = Math.Min(60, Math.Pow(2, Math.Min(failures - 1, 20)));
            Assert.InRange(BackOff.After(failures, longest).TotalSeconds, whole / 2, whole);
        }
    }

    [Fact]
    public void Lane_AnObjectThatWaits_HoldsTheAcknowledgementNotTheOthers()
    {
        var lane = new WebhookLane();
        Assert.True(lane.Add(Event("objects/a", 1)));
        Assert.True(lane.Add(Event("objects/b", 2)));
        Assert.False(lane.Add(Event("objects/a", 3)));
        Assert.False(lane.Complete("objects/b"));
        Assert.Same(FeedCursor.Start, lane.Acknowledge(FeedCursor.Start));
        Assert.Equal(1, lane.Current("objects/a").Position.Sequence);
        Assert.True(lane.Complete("objects/a"));
        var cursor = lane.Acknowledge(FeedCursor.Start);
        Assert.Equal(2, cursor[0]);
        Assert.Equal(3, lane.Current("objects/a").Position.Sequence);
        Assert.False(lane.Complete("objects/a"));
        Assert.Equal(3, lane.Acknowledge(cursor)[0]);
        Assert.True(lane.Add(Event("objects/a", 4)));
    }

    [Fact]
    public void Lane_Window_IsFullUntilTheFirstIsDone()
    {
        var lane = new WebhookLane();
        for (var i = 1; i <= WebhookLane.Window; i++) lane.Add(Event($"objects/{i}", i));
        Assert.True(lane.IsFull);
        lane.Complete("objects/2");
        lane.Acknowledge(FeedCursor.Start);
        Assert.True(lane.IsFull);
        lane.Complete("objects/1");
        Assert.Equal(2, lane.Acknowledge(FeedCursor.Start)[0]);
        Assert.False(lane.IsFull);
    }

    private static FeedEvent Event(string subject, long sequence) => new(sequence, EventTypes.ObjectDeleted, subject, "{}"u8.ToArray(), null, new(0, sequence));

    private static WebhookTargets Targets(bool onLoopback, bool? allow = null) =>
        new(Options.Create(new FrontDoorOptions { OnLoopback = onLoopback, Webhooks = { AllowPrivateAddresses = allow } }));
}
