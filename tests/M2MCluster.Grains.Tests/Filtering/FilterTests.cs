using M2MCluster.Contracts.Filtering;

namespace M2MCluster.Grains.Tests.Filtering;

public sealed class FilterTests
{
    private static readonly string[] Fields = ["type", "object", "size", "tag", "c."];

    private sealed class Subject : IFilterSubject
    {
        public IEnumerable<string> ValuesOf(string field) => field switch
        {
            "type" => ["m2m.report"],
            "object" => ["meter 1"],
            "size" => ["10"],
            "tag" => ["red", "blue"],
            "c.site" => ["north"],
            _ => [],
        };
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("type = m2m.report", true)]
    [InlineData("type=\"m2m.*\"", true)]
    [InlineData("object = \"meter 1\"", true)]
    [InlineData("object = \"meter \\1\"", true)]
    [InlineData("tag = red tag = blue", true)]
    [InlineData("tag = red AND tag = green", false)]
    [InlineData("tag != green", true)]
    [InlineData("tag != red", false)]
    [InlineData("size > 9", true)]
    [InlineData("size < 9", false)]
    [InlineData("size >= 10 size <= 10", true)]
    [InlineData("NOT tag:red", false)]
    [InlineData("-tag:green", true)]
    [InlineData("tag = green AND tag = red OR tag = blue", false)]
    [InlineData("(tag = green AND tag = red) OR tag = blue", true)]
    [InlineData("c.site = north", true)]
    public void Matches_Text_AsAip160HasIt(string text, bool matches)
    {
        Assert.True(Filter.TryParse(text, Fields, out var filter, out var error), error);
        Assert.Equal(matches, filter.Matches(new Subject()));
    }

    [Theory]
    [InlineData("colour = red")]
    [InlineData("type")]
    [InlineData("type =")]
    [InlineData("type = \"open")]
    [InlineData("(type = a")]
    [InlineData("type = a)")]
    [InlineData("type = a AND")]
    [InlineData("type = a OR")]
    [InlineData("NOT")]
    [InlineData("= a")]
    public void TryParse_Malformed_SaysWhere(string text)
    {
        Assert.False(Filter.TryParse(text, Fields, out _, out var error));
        Assert.Contains("position", error, StringComparison.Ordinal);
    }

    [Fact]
    public void TryParse_TooLongOrTooDeep_IsRefused()
    {
        Assert.False(Filter.TryParse(new string(' ', Filter.MaxLength + 1), Fields, out _, out _));
        Assert.False(Filter.TryParse(new string('(', 40) + "type=a" + new string(')', 40), Fields, out _, out _));
    }

    [Theory]
    [InlineData("object = \"x\"", "x")]
    [InlineData("type = a AND object = x", "x")]
    [InlineData("type = a OR object = x", null)]
    [InlineData("NOT object = x", null)]
    [InlineData("object = \"x*\"", null)]
    [InlineData("object != x", null)]
    public void Required_Field_OnlyIfNothingElseCouldPass(string text, string? required)
    {
        Assert.True(Filter.TryParse(text, Fields, out var filter, out _));
        Assert.Equal(required, filter.Required("object"));
    }
}
