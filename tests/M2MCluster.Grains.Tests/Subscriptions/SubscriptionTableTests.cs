using M2MCluster.Contracts.Applications;
using M2MCluster.Grains.Subscriptions;

namespace M2MCluster.Grains.Tests.Subscriptions;

public sealed class SubscriptionTableTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static SubscriptionTable Of(params (string Application, string Filter, bool Webhook)[] subscriptions) => new(
        [new("a", "", Noon)],
        [.. subscriptions.Select((entry, i) => new Subscription(entry.Application, $"s{i}", entry.Filter, entry.Webhook ? new("https://example.test/") : null))]);

    [Fact]
    public void FeedsFor_ManyThatMatch_EachFeedOnce()
    {
        var table = Of(("a", "", false), ("a", "object = \"x\"", false), ("b", "object = \"x\"", false), ("c", "type = \"t\"", true), ("d", "object = \"y\"", false));
        Assert.Equal(["a", "b", "c/s3"], table.FeedsFor("t", "x", []).Order());
    }

    [Fact]
    public void FeedsFor_Groups_MatchAnyOfThem()
    {
        var table = Of(("a", "group = \"g2\"", false), ("b", "group != \"g1\"", false));
        Assert.True(table.NeedsGroups);
        Assert.Equal(["a"], table.FeedsFor("t", "x", ["g1", "g2"]));
        Assert.Equal(["b"], table.FeedsFor("t", "x", []));
    }

    [Fact]
    public void FeedsFor_FilterThatCannotBeRead_SelectsNothing() => Assert.Empty(Of(("a", "colour = \"red\"", false)).FeedsFor("t", "x", []));

    [Fact]
    public void FeedsOf_TheSender_IsItsOwnAndItsMatchingWebhooks()
    {
        var table = Of(("a", "type = \"t\"", true), ("a", "type = \"u\"", true), ("ab", "", true), ("b", "", false));
        Assert.Equal(["a", "a/s0"], table.FeedsOf("a", "t", "x", []));
        Assert.Equal(["b"], table.FeedsOf("b", "t", "x", []));
    }

    [Fact]
    public void Knows_LaterApplicationOfTheSameId_IsAnother()
    {
        var table = Of();
        Assert.True(table.Knows("a", Noon));
        Assert.False(table.Knows("a", Noon - TimeSpan.FromTicks(1)));
        Assert.False(table.Knows("b", Noon));
    }
}
