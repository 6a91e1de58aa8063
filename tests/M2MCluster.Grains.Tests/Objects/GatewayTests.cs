using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Objects;

public sealed class GatewayTests(GrainCluster cluster) : GrainTests(cluster)
{
    private Task<string> GatewayAsync() => CreateAsync(kind: ObjectKind.Gateway);

    private Task<string> ChildAsync(string gateway, params string[] permitted) => CreateAsync(new() { Gateway = gateway, PermittedGateways = [.. permitted] });

    private static ChildReport Part(string child, string text) => new(child, "text/plain", System.Text.Encoding.UTF8.GetBytes(text));

    [Fact]
    public async Task Pack_ManyChildren_IsOneCommitAndEachIsHeardOf()
    {
        var gateway = await GatewayAsync();
        var (a, b) = (await ChildAsync(gateway), await ChildAsync(gateway));
        var app = await ListenAsync($"object = \"{a}\"");
        var before = Cluster.Pipeline.CommitsOf(gateway);

        await Object(gateway).ReportForChildren(Proved(gateway), Given("p"), [Part(a, "1"), Part(b, "2"), Part(gateway, "3")]);

        Assert.Equal(before + 1, Cluster.Pipeline.CommitsOf(gateway));
        Assert.Equal(gateway, Assert.Single(await ReportsAsync(a)).Via);
        Assert.Null(Assert.Single(await ReportsAsync(gateway)).Via);
        Assert.Single(await EventsAsync(app, EventTypes.Report));
        Assert.NotNull((await Object(b).Get()).Status.LastSeenAt);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pack_Repeated_IsStoredOnceAlsoAfterTheActivationEnded(bool byId)
    {
        var gateway = await GatewayAsync();
        var child = await ChildAsync(gateway);
        var name = byId ? Given("p") : new ReportName(null, 5, true);
        await Object(gateway).ReportForChildren(Proved(gateway, Bearer.Coap), name, [Part(child, "1")]);
        await Cluster.ForgetAsync(Object(gateway));

        Assert.Equal(ReportReceipt.Repeated, await Object(gateway).ReportForChildren(Proved(gateway, Bearer.Coap), name, [Part(child, "1")]));
        Assert.Equal(ReportReceipt.Stored, await Object(child).Report(Proved(gateway), Report("2", Given("p"))));

        Assert.Equal(2, (await ReportsAsync(child)).Count);
    }

    [Fact]
    public async Task Pack_ForeignChild_IsRefusedWhole()
    {
        var gateway = await GatewayAsync();
        var (own, foreign) = (await ChildAsync(gateway), await ChildAsync(await GatewayAsync()));

        await RefusedAsync(ErrorCode.PermissionDenied, async () => await Object(gateway).ReportForChildren(Proved(gateway), default, [Part(own, "1"), Part(foreign, "2")]));
        await RefusedAsync(ErrorCode.PermissionDenied, async () => await Object(foreign).Report(Proved(gateway), Report("1")));

        Assert.Empty(await ReportsAsync(own));
        Assert.Empty(await ReportsAsync(foreign));
    }

    [Fact]
    public async Task Send_ChildWithoutAddress_GoesOverTheGateway()
    {
        var gateway = await GatewayAsync();
        var child = await ChildAsync(gateway);
        await Object(gateway).Attach(Proved(gateway), Mqtt(gateway), null);

        var message = await SendAsync(child, Draft("x"));
        var delivery = Assert.Single(Edge.DeliveriesTo(gateway));
        await Object(child).Settle(message.Id, delivery.Attempt, new(SettlementKind.Acknowledged));

        Assert.Equal((child, message.Id), (delivery.ObjectId, delivery.Message.Id));
        Assert.Equal(Outcome.Delivered, (await FindAsync(message.Id)).Outcome);
    }

    [Fact]
    public async Task Send_GatewayLosesItsSession_TheNextOneGetsIt()
    {
        var gateway = await GatewayAsync();
        var child = await ChildAsync(gateway);
        var epoch = await Object(gateway).Attach(Proved(gateway), Mqtt("1" + gateway), null);
        await SendAsync(child, Draft("x"));
        await Object(gateway).Detach(Bearer.Mqtt, epoch);

        await Object(gateway).Attach(Proved(gateway), Mqtt("2" + gateway), null);
        await Object(child).Get();

        Assert.Single(Edge.DeliveriesTo("2" + gateway));
    }

    [Fact]
    public async Task Send_PushOverTheGatewayIsLostWithoutAWord_IsTriedAgain()
    {
        var gateway = await GatewayAsync();
        var child = await ChildAsync(gateway);
        await Object(gateway).Attach(Proved(gateway), Mqtt(gateway), null);
        await SendAsync(child, Draft("x"));

        await PassAsync(child, TimeSpan.FromMinutes(2));

        Assert.Equal(2, Edge.DeliveriesTo(gateway).Count);
    }

    [Fact]
    public async Task Attach_ByAnotherPermittedGateway_MovesTheChildAndWhatWaits()
    {
        var (first, second, stranger) = (await GatewayAsync(), await GatewayAsync(), await GatewayAsync());
        var child = await ChildAsync(first, second);
        await Object(first).Attach(Proved(first), Mqtt(first), null);
        await Object(second).Attach(Proved(second), Mqtt(second), null);
        var message = await SendAsync(child, Draft("x"));
        Assert.Single(Edge.DeliveriesTo(first));

        await RefusedAsync(ErrorCode.PermissionDenied, async () => await Object(child).Attach(Proved(stranger), Mqtt(stranger + child), null));
        await Object(child).Attach(Proved(second), Mqtt(second + child), null);

        Assert.Equal(message.Id, Assert.Single(Edge.DeliveriesTo(second + child)).Message.Id);
        Assert.Equal(second, (await Object(child).Get()).Description.Gateway);
        await RefusedAsync(ErrorCode.PermissionDenied, async () => await Object(child).Report(Proved(first), Report("1")));
        Assert.DoesNotContain((first, CloseReason.TakenOver), Edge.Closed);
    }

    [Fact]
    public async Task Register_ByTheGateway_CommandsGoToTheGateway()
    {
        var gateway = await GatewayAsync();
        var child = await ChildAsync(gateway);
        await Object(gateway).Register(Proved(gateway, Bearer.Coap), new(null, "</m2m>", null, Coap("gw" + gateway)));
        await Object(child).Register(Proved(gateway, Bearer.Coap), new(null, "</on>", null, Coap("gw" + gateway)));

        await SendAsync(child, Draft("x", command: new("on", "POST", "/on")));

        Assert.Equal("", (await Object(child).Get()).Description.Registration!.Address);
        Assert.Equal(child, Assert.Single(Edge.DeliveriesTo("gw" + gateway)).ObjectId);
    }

    [Fact]
    public async Task Mailbox_OfTheGateway_ListsItsChildrensToo()
    {
        var gateway = await GatewayAsync();
        var child = await ChildAsync(gateway);
        var message = await SendAsync(child, Draft("x"));

        Assert.Equal((child, message.Id), (await Object(gateway).Mailbox(Proved(gateway))).Select(entry => (entry.ObjectId, entry.Id)).Single());
        Assert.Equal(message.Id, (await Object(child).Fetch(Proved(gateway), null))!.Id);
        Assert.Equal(ResultReceipt.Recorded, await Object(child).Result(Proved(gateway), message.Id, new(true)));
    }

    [Fact]
    public async Task Mailbox_ObservedByTheGateway_TellsOfItsChildrensMessages()
    {
        var gateway = await GatewayAsync();
        var child = await ChildAsync(gateway);
        var observer = "o" + gateway;
        await Object(gateway).Attach(Proved(gateway, Bearer.Coap) with { Address = observer }, Coap(observer, ChannelTraits.Notices), null);

        await SendAsync(child, Draft("x"));

        await Edge.NoticedAsync(observer);
        Assert.Equal([(observer, gateway)], Edge.Notices.Where(notice => notice.Session == observer));
    }
}
