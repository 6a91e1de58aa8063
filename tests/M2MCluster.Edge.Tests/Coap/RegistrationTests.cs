using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Edge.Tests.Coap;

public sealed class RegistrationTests
{
    [Fact]
    public async Task Register_WithLinks_LeavesAChannelForRequestsAndTellsItsLocation()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        var answer = await device.Ask(CoapCode.Post, "/rd", 40, "</3303/0>;rt=\"temp\"", "ep=c1", "lt=600", "lwm2m=1.0", "b=UQ");
        Assert.Equal(CoapCode.Created, answer.Code);
        Assert.Equal($"/rd/{node.Grains["c1"].RegistrationId}", answer.Options.LocationPath);
        var (speaker, draft) = Assert.Single(node.Grains["c1"].Registrations);
        Assert.Equal(("c1", Strength.Claimed), (speaker.ObjectId, speaker.Strength));
        Assert.Equal((TimeSpan.FromSeconds(600), "</3303/0>;rt=\"temp\""), (draft.Lifetime, draft.Links));
        Assert.Equal(["b=UQ", "lwm2m=1.0"], draft.Parameters!.Select(p => $"{p.Key}={p.Value}"));
        Assert.Equal((device.Address, Bearer.Coap, ChannelTraits.Requests), (draft.Channel!.Session, draft.Channel.Bearer, draft.Channel.Traits));
    }

    [Fact]
    public async Task Register_WithoutLinksAndLifetime_HasTheDefaultAndNoChannel()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        Assert.Equal(CoapCode.Created, (await device.Ask(CoapCode.Post, "/rd", queries: "ep=c1")).Code);
        var draft = Assert.Single(node.Grains["c1"].Registrations).Draft;
        Assert.Equal(TimeSpan.FromSeconds(90_000), draft.Lifetime);
        Assert.Null(draft.Channel);
    }

    [Theory]
    [InlineData("", "ep=c1", "lt=0")]
    [InlineData("", "ep=c1", "lt=x")]
    [InlineData("", "ep=c1", "lt=4294967296")]
    [InlineData("", "ep=", "lt=60")]
    [InlineData("", "lt=60")]
    [InlineData("no link", "ep=c1")]
    public async Task Register_Malformed_Is400(string links, params string[] queries)
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        Assert.Equal(CoapCode.BadRequest, (await device.Ask(CoapCode.Post, "/rd", 40, links, queries)).Code);
    }

    [Fact]
    public async Task Session_AfterRegistration_KnowsWhoSpeaks()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await device.Ask(CoapCode.Post, "/rd", queries: "ep=c1");
        Assert.Equal(CoapCode.Changed, (await device.Ask(CoapCode.Post, "/m2m/reports", 0, "x")).Code);
        Assert.Equal("c1", Assert.Single(node.Grains["c1"].Reports).Speaker.ObjectId);
    }

    [Fact]
    public async Task UpdateAndDelete_AtTheLocation_ReachTheObject()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        var location = (await device.Ask(CoapCode.Post, "/rd", 40, "</a>", "ep=c1")).Options.LocationPath;
        Assert.Equal(CoapCode.Changed, (await device.Ask(CoapCode.Post, location, queries: "lt=120")).Code);
        var update = node.Grains["c1"].Registrations.Last().Draft;
        Assert.Equal((TimeSpan.FromSeconds(120), null, ChannelTraits.Requests), (update.Lifetime, update.Links, update.Channel!.Traits));
        Assert.Equal(CoapCode.Deleted, (await device.Ask(CoapCode.Delete, location)).Code);
        Assert.Equal(CoapCode.NotFound, (await device.Ask(CoapCode.Post, location)).Code);
    }

    [Fact]
    public async Task Update_FromAnotherAddress_LeavesTheNewChannel()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        var location = (await device.Ask(CoapCode.Post, "/rd", 40, "</a>", "ep=c1")).Options.LocationPath;
        using var moved = new RawCoap(node.EndPoint);
        Assert.Equal(CoapCode.Changed, (await moved.Ask(CoapCode.Post, location)).Code);
        var (speaker, channel) = Assert.Single(node.Grains["c1"].Attachments);
        Assert.Equal(("c1", moved.Address, ChannelTraits.Requests), (speaker.ObjectId, channel.Session, channel.Traits));
    }

    [Theory]
    [InlineData("/rd/x")]
    [InlineData("/rd/AAAAAAAAAAAAAAAAAAAAAAc1")]
    public async Task Update_UnknownLocation_Is404(string path)
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        Assert.Equal(CoapCode.NotFound, (await device.Ask(CoapCode.Post, path)).Code);
    }

    [Fact]
    public async Task Register_ChildInAGatewaysSession_IsSpokenByTheGateway()
    {
        await using var node = await CoapNode.Start();
        using var gateway = new RawCoap(node.EndPoint);
        node.Grains["child"].OnlySpeaker = "g1";
        await gateway.Ask(CoapCode.Post, "/rd", queries: "ep=g1");
        Assert.Equal(CoapCode.Created, (await gateway.Ask(CoapCode.Post, "/rd", queries: ["ep=child", "for=child"])).Code);
        Assert.Equal("g1", Assert.Single(node.Grains["child"].Registrations).Speaker.ObjectId);
        await gateway.Ask(CoapCode.Post, "/m2m/reports", 0, "x");
        Assert.Single(node.Grains["g1"].Reports);
    }

    [Fact]
    public async Task Register_AnotherDeviceBehindTheSameAddress_SpeaksForItself()
    {
        await using var node = await CoapNode.Start();
        using var both = new RawCoap(node.EndPoint);
        node.Grains["c2"].OnlySpeaker = "c2";
        await both.Ask(CoapCode.Post, "/rd", queries: "ep=c1");
        Assert.Equal(CoapCode.Created, (await both.Ask(CoapCode.Post, "/rd", queries: "ep=c2")).Code);
        Assert.Equal("c2", Assert.Single(node.Grains["c2"].Registrations).Speaker.ObjectId);
    }

    [Fact]
    public async Task Register_ForeignChild_Is403()
    {
        await using var node = await CoapNode.Start();
        using var gateway = new RawCoap(node.EndPoint);
        node.Grains["foreign"].OnlySpeaker = "g2";
        await gateway.Ask(CoapCode.Post, "/rd", queries: "ep=g1");
        Assert.Equal(CoapCode.Forbidden, (await gateway.Ask(CoapCode.Post, "/rd", queries: ["ep=foreign", "for=foreign"])).Code);
    }
}
