using M2MCluster.Contracts.Messages;

namespace M2MCluster.Grains.Tests.Model;

/// <summary>The judge finds what it is there for.</summary>
public sealed class StoryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static MessageRecord Message(long id = 1, Confirmation confirmation = Confirmation.Delivered, string? key = null) => new()
    {
        Id = new(id), Target = "objects/x", Application = "", AcceptedAt = Noon, ExpiresAt = Noon.AddHours(1), Priority = 0, Confirmation = confirmation, ContentType = "", Payload = [],
        CoalesceKey = key,
    };

    private static MessageRecord Ended(Outcome outcome, bool? result = null) =>
        Message() with { Outcome = outcome, EndedAt = Noon.AddMinutes(1), Result = result is { } ok ? new(ok) : null };

    [Theory]
    [InlineData(Outcome.Sent)]
    [InlineData(Outcome.Delivered)]
    [InlineData(Outcome.Applied)]
    [InlineData(Outcome.Rejected)]
    [InlineData(Outcome.Expired)]
    [InlineData(Outcome.Evicted)]
    [InlineData(Outcome.Superseded)]
    [InlineData(Outcome.Cancelled)]
    [InlineData(Outcome.Failed)]
    [InlineData(Outcome.Unknown)]
    public void Judge_OutcomeOutOfNothing_IsTold(Outcome outcome)
    {
        var story = new Story(Message(key: "key"), 0);
        Assert.NotNull(story.Judge(Ended(outcome), [story], 0));
    }

    [Fact]
    public void Judge_CancelledAndDeliveredAllTheSame_IsTold()
    {
        var story = new Story(Message(), 0) { IsConfirmed = true, IsCancelled = true, IsCancelTried = true };
        Assert.NotNull(story.Judge(Ended(Outcome.Delivered), [story], 0));
    }

    [Fact]
    public void Judge_ResultTakenAndLost_IsTold()
    {
        var story = new Story(Message(), 0) { IsConfirmed = true, Result = true, IsResultTold = true, IsResultTaken = true };
        Assert.NotNull(story.Judge(Ended(Outcome.Delivered), [story], 0));
        Assert.Null(story.Judge(Ended(Outcome.Delivered, result: true), [story], 0));
        Assert.NotNull(story.Judge(Ended(Outcome.Rejected, result: false), [story], 0));
    }

    [Fact]
    public void Judge_WithItsCause_IsFine()
    {
        Assert.Null(Judge(new(Message(), 0) { IsConfirmed = true }, Outcome.Delivered));
        Assert.Null(Judge(new(Message(), 0) { IsCancelTried = true, IsCancelled = true }, Outcome.Cancelled));
        Assert.Null(Judge(new(Message(confirmation: Confirmation.None), 0) { FirstSeen = 1 }, Outcome.Sent));
        Assert.Null(Judge(new(Message(key: "key"), 0), Outcome.Superseded, new Story(Message(2, key: "key"), 1)));

        static string? Judge(Story story, Outcome outcome, params Story[] others) => story.Judge(Ended(outcome), [story, .. others], 0);
    }
}
