using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Commit;
using M2MCluster.Storage.Surveying;
using static M2MCluster.Storage.Tests.TestData;

namespace M2MCluster.Storage.Tests.Suite;

public abstract class SurveySuite : StorageSuite
{
    [SkippableFact]
    public async Task Survey_EmptyDatabase_IsAllZero() =>
        Assert.Equal(new(0, 0, 0, TimeSpan.Zero, 0, TimeSpan.Zero, 0, TimeSpan.Zero), await Node.Get<Surveyor>().SurveyAsync(default));

    [SkippableFact]
    public async Task Survey_CountsObjectsMessagesAndDueTimes()
    {
        var set = NewObject("a");
        set.Messages.Add(Message("objects/a"));
        set.Messages.Add(Message("objects/a"));
        set.Messages.Add(Message("objects/a") with { Outcome = Outcome.Applied, EndedAt = Noon });
        set.Arm.Add(new(DueTime.Of(DateTimeOffset.UtcNow.AddHours(-2)), "a"));
        set.Arm.Add(new(DueTime.Of(DateTimeOffset.UtcNow.AddHours(-1)), "b"));
        set.Arm.Add(new(DueTime.Of(DateTimeOffset.UtcNow.AddHours(1)), "a"));
        await Node.Pipeline.CommitAsync(set);

        var survey = await Node.Get<Surveyor>().SurveyAsync(default);

        Assert.Equal((1, 2, 2), (survey.Objects, survey.Waiting, survey.Due));
        Assert.InRange(survey.Overdue, TimeSpan.FromHours(2), TimeSpan.FromHours(3));
    }

    [SkippableFact]
    public async Task Survey_WebhookThatMayWait_LagsFromItsBoundOn()
    {
        var set = Set("a");
        set.Subscriptions.Add(new(new("app", "hook", "", new("https://example.com/")) { Tolerance = TimeSpan.FromHours(2) }, false));
        set.Subscriptions.Add(new(new("app", "late", "", new("https://example.com/")) { Tolerance = TimeSpan.FromMinutes(30) }, false));
        set.Events.Add(Event("a", "app/hook", "app/late") with { Id = TimedId.FirstAt(DateTimeOffset.UtcNow.AddHours(-1)) });
        await Node.Pipeline.CommitAsync(set);

        var survey = await Node.Get<Surveyor>().SurveyAsync(default);

        Assert.Equal(1, survey.WebhookLag);
        Assert.InRange(survey.WebhookAge, TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(59));
    }

    [SkippableFact]
    public async Task Survey_LagIsWhatNobodyAcknowledged_OfTheWorstFeedOfItsKind()
    {
        var set = Set("a");
        for (var i = 0; i < 3; i++) set.Events.Add(Event("a", "app", "app/hook") with { Id = TimedId.FirstAt(DateTimeOffset.UtcNow.AddHours(-3 + i)) });
        set.Events.Add(Event("a", "other"));
        await Node.Pipeline.CommitAsync(set);
        await Node.Feeds.AcknowledgeAsync("app", FeedCursor.Start.Past(new(FeedCursor.PartitionOf("a"), 3)), default);
        await Node.Feeds.AcknowledgeAsync("app/hook", FeedCursor.Start.Past(new(FeedCursor.PartitionOf("a"), 1)), default);

        var survey = await Node.Get<Surveyor>().SurveyAsync(default);

        Assert.Equal((1, 2), (survey.FeedLag, survey.WebhookLag));
        Assert.InRange(survey.WebhookAge, TimeSpan.FromHours(2), TimeSpan.FromHours(2.9));
    }

    [SkippableFact]
    public async Task Read_EventOfATracedMessage_CarriesItsTrace()
    {
        var set = Set("a");
        set.Events.Add(Event("a", "app") with { TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" });
        set.Events.Add(Event("a", "app"));
        await Node.Pipeline.CommitAsync(set);
        Assert.Equal(["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", null],
            (await Node.Feeds.ReadAsync("app", FeedCursor.Start, 10, default)).Select(read => read.TraceParent));
    }
}
