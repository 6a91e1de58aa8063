using System.Collections.Immutable;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Tests.Objects;

public sealed class ObjectTraitsTests
{
    private static ObjectTraits Of(string name = "", string value = "", string links = "", string b = "", string? gateway = null) =>
        ObjectTraits.Of(new()
        {
            Id = "x", Kind = ObjectKind.Device, CreatedAt = default, UpdatedAt = default, Gateway = gateway,
            Preconfigured = name.Length == 0 ? ImmutableSortedDictionary<string, string>.Empty : ImmutableSortedDictionary<string, string>.Empty.Add(name, value),
            Registration = links.Length == 0 ? null : new("r", default, links, Bearer.Coap, "a", default, default, ImmutableSortedDictionary<string, string>.Empty.Add("b", b)),
        });

    [Fact]
    public void Of_NothingKnown_SleepsWithTheDefaults() => Assert.Equal(new(true, 93_000, 0, 1, false), Of());

    [Theory]
    [InlineData("U", false)]
    [InlineData("UQ", true)]
    public void Of_ServerByItsBinding_SleepsInQueueMode(string binding, bool sleeps) => Assert.Equal(sleeps, Of(links: "</a>", b: binding).Sleeps);

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public void Of_SleepingSaid_Wins(string value, bool sleeps) => Assert.Equal(sleeps, Of("sleeping", value, links: "</a>", b: sleeps ? "U" : "UQ").Sleeps);

    [Fact]
    public void Of_Child_DoesNotSleepUnlessItSaysSo() => Assert.Equal((false, true), (Of(gateway: "g").Sleeps, Of(gateway: "g").IsChild));

    [Theory]
    [InlineData("0", 1)]
    [InlineData("4", 4)]
    [InlineData("1e9", 16)]
    [InlineData("\"3\"", 1)]
    [InlineData("NaN", 1)]
    public void Of_InFlight_StaysWithinItsBounds(string value, int inFlight) => Assert.Equal(inFlight, Of("inFlight", value).InFlight);
}
