using M2MCluster.Contracts.Events;

namespace M2MCluster.Grains.Tests.Events;

public sealed class FeedCursorTests
{
    [Fact]
    public void Text_OfACursor_IsReadBackAndUrlSafe()
    {
        var cursor = FeedCursor.Start.Past(new(0, 1)).Past(new(7, long.MaxValue));

        Assert.Matches("^[A-Za-z0-9_-]+$", cursor.ToString());
        Assert.True(FeedCursor.TryParse(cursor.ToString(), out var read));
        Assert.Equal((1, 0, long.MaxValue), (read[0], read[3], read[7]));
    }

    [Fact]
    public void Past_EarlierPosition_DoesNotGoBack()
    {
        var cursor = FeedCursor.Start.Past(new(2, 10));
        Assert.Same(cursor, cursor.Past(new(2, 9)));
        Assert.Equal(0, FeedCursor.Start[2]);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("AAAA", false)]
    [InlineData("%%%", false)]
    [InlineData("__________________________________________________________________________________8", false)]
    public void TryParse_Text_OnlyWhatIsACursor(string? text, bool valid) => Assert.Equal(valid, FeedCursor.TryParse(text, out _));

    [Fact]
    public void PartitionOf_Id_IsTheSameForEver() =>
        Assert.Equal([5, 4], new[] { FeedCursor.PartitionOf(""), FeedCursor.PartitionOf("meter-1") });
}
