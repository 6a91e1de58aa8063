using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Groups.Areas;

namespace M2MCluster.Grains.Tests.Groups;

public sealed class PlacesTests
{
    [Theory]
    [InlineData("\"geo:52.52,13.405\"", 52.52, 13.405)]
    [InlineData("\"GEO:48.2010,16.3695,183;crs=wgs84;u=40\"", 48.201, 16.3695)]
    [InlineData("\"-33.9, 18.4\"", -33.9, 18.4)]
    [InlineData("""{"latitude":1,"longitude":-2.5,"altitude":7}""", 1.0, -2.5)]
    public void Of_AFormThatIsKnown_IsRead(string json, double latitude, double longitude) => Assert.Equal(new GeoPoint(latitude, longitude), Places.Of(At(json)));

    [Theory]
    [InlineData("\"geo:91,0\"")]
    [InlineData("\"geo:1\"")]
    [InlineData("\"somewhere\"")]
    [InlineData("\"NaN,1\"")]
    [InlineData("[1,2]")]
    [InlineData("""{"latitude":"1","longitude":2}""")]
    [InlineData("null")]
    public void Of_SomethingElse_IsNoPlace(string json) => Assert.Null(Places.Of(At(json)));

    [Fact]
    public void Distance_OfKnownPlaces_IsRightToAPercent()
    {
        // Berlin and Paris; a degree of longitude at the equator; the poles.
        Assert.InRange(Places.Distance(new(52.52, 13.405), new(48.8566, 2.3522)), 870_000, 885_000);
        Assert.InRange(Places.Distance(new(0, 179.5), new(0, -179.5)), 110_500, 112_000);
        Assert.InRange(Places.Distance(new(90, 0), new(-90, 77)), 19_900_000, GeoArea.LongestRadius);
    }

    private static ObjectDescription At(string json) => new()
    {
        Id = "a", Kind = ObjectKind.Device, CreatedAt = default, UpdatedAt = default, Preconfigured = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add(Characteristics.Location, json),
    };
}
