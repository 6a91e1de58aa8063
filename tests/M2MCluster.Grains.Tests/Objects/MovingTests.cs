using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Objects;

/// <summary>Grains that move or lose their memory while sessions go on, and silos that go with their sessions.</summary>
public sealed class MovingTests(GrainCluster cluster) : GrainTests(cluster)
{
    private const string Links = "</led>;rt=light";

    [Fact]
    public async Task Resume_GrainHasForgotten_MessagesGoOutAgainAndNothingIsWritten()
    {
        var id = await CreateAsync();
        var session = Mqtt("s" + id);
        var epoch = await Object(id).Attach(Proved(id), session, null);
        await Cluster.ForgetAsync(Object(id));
        Assert.Equal([("s" + id, id)], Edge.ForgottenSessions.Where(told => told.ObjectId == id));
        var message = await SendAsync(id, Draft("waits"));
        Assert.Empty(Edge.DeliveriesTo("s" + id));

        var commits = Cluster.Pipeline.CommitsOf(id);
        Assert.True(await Object(id).Resume(Proved(id), session, epoch));
        Assert.Equal(message.Id, Assert.Single(Edge.DeliveriesTo("s" + id)).Message.Id);
        Assert.True(await Object(id).Resume(Proved(id), session, epoch));
        Assert.Single(Edge.DeliveriesTo("s" + id));
        // One: the wake-up for the attempt.
        Assert.InRange(Cluster.Pipeline.CommitsOf(id), commits, commits + 1);
    }

    [Fact]
    public async Task Resume_AfterALaterSession_IsRefusedAlsoByAGrainThatHasForgottenBoth()
    {
        var id = await CreateAsync();
        var (former, later) = (Mqtt("1" + id), Mqtt("2" + id));
        var first = await Object(id).Attach(Proved(id), former, null);
        var second = await Object(id).Attach(Proved(id), later, null);
        Assert.False(await Object(id).Resume(Proved(id), former, first));
        await Cluster.ForgetAsync(Object(id));
        Assert.False(await Object(id).Resume(Proved(id), former, first));
        Assert.True(await Object(id).Resume(Proved(id), later, second));
        await SendAsync(id, Draft("m"));
        Assert.Empty(Edge.DeliveriesTo("1" + id));
        Assert.Single(Edge.DeliveriesTo("2" + id));
    }

    [Fact]
    public async Task Resume_WhileTheSameSessionWasAttachedAnew_GoesOn()
    {
        var id = await CreateAsync();
        var session = Mqtt("s" + id, ChannelTraits.None);
        var former = await Object(id).Attach(Proved(id), session, null);
        await Cluster.ForgetAsync(Object(id));
        var later = await Object(id).Attach(Proved(id), session with { Traits = ChannelTraits.Messages }, null);
        Assert.True(later > former);
        Assert.True(await Object(id).Resume(Proved(id), session, former));
        await SendAsync(id, Draft("m"));
        Assert.Single(Edge.DeliveriesTo("s" + id));
    }

    [Fact]
    public async Task Detach_GrainHasForgottenTheSession_TellsThatItEnded()
    {
        var id = await CreateAsync();
        var epoch = await Object(id).Attach(Proved(id), Mqtt("s" + id), null);
        await Cluster.ForgetAsync(Object(id));
        await Object(id).Detach(Bearer.Mqtt, epoch - 1);
        Assert.Equal(Reachability.Awake, (await Object(id).Get()).Status.Reachability);
        await Object(id).Detach(Bearer.Mqtt, epoch);
        Assert.Equal(Reachability.Unreachable, (await Object(id).Get()).Status.Reachability);
    }

    [Fact]
    public async Task Channel_OfASiloThatIsGone_IsNoneAndWhatWasUnderWayIsPushedElsewhere()
    {
        var id = await CreateAsync();
        var silo = Cluster.Fresh("silo");
        await Object(id).Attach(Proved(id), Mqtt("lost" + id) with { Silo = silo }, null);
        var message = await SendAsync(id, Draft("m"));
        Assert.Single(Edge.DeliveriesTo("lost" + id));
        Cluster.Edges.End(silo);

        await Object(id).Attach(Proved(id), Mqtt("new" + id), null);
        Assert.Equal(message.Id, Assert.Single(Edge.DeliveriesTo("new" + id)).Message.Id);
    }

    [Fact]
    public async Task Command_ToAnEndpointThatRegisteredAtAnotherSilo_GoesOutThere()
    {
        var id = await CreateAsync();
        var silo = Cluster.Fresh("silo");
        var there = new RecordingEdge();
        Cluster.Edges.RegisterAt(silo, there);
        Cluster.Edges.Register(Bearer.Coap, Edge);
        var draft = new RegistrationDraft(null, Links, null, Coap("192.0.2.9:5683") with { Silo = silo });
        await Object(id).Register(Proved(id, Bearer.Coap), draft);
        await Cluster.ForgetAsync(Object(id));
        await SendAsync(id, Draft("on", command: new Command("set", "POST", "/led", null)));
        Assert.Single(there.DeliveriesTo("192.0.2.9:5683"));

        // The silo is gone for good: another may try.
        Cluster.Edges.End(silo);
        await Cluster.ForgetAsync(Object(id));
        await Object(id).Wake(0);
        Assert.Single(Edge.DeliveriesTo("192.0.2.9:5683"));
    }

    [Fact]
    public async Task Registration_AfterOneByAGateway_IsNotTheGatewaysToEnd()
    {
        var gateway = await CreateAsync(kind: ObjectKind.Gateway);
        var id = await CreateAsync(new() { Gateway = gateway });
        var draft = new RegistrationDraft(null, Links, null, null);
        var former = await Object(id).Register(Proved(gateway, Bearer.Coap), draft);
        Assert.Equal(former.Id, (await Object(id).Register(Proved(gateway, Bearer.Coap), draft)).Id);

        var own = await Object(id).Register(Proved(id, Bearer.Coap), draft with { Channel = Coap("192.0.2.9:5683") });
        await RefusedAsync(ErrorCode.NotFound, () => Object(id).Deregister(Proved(gateway, Bearer.Coap), former.Id).AsTask());

        Assert.Equal(own.Id, (await Object(id).Register(Proved(id, Bearer.Coap), draft with { Channel = Coap("192.0.2.9:5683") })).Id);
    }
}
