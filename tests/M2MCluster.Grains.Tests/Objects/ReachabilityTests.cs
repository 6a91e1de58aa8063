using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Objects;

public sealed class ReachabilityTests(GrainCluster cluster) : GrainTests(cluster)
{
    [Fact]
    public async Task Sleeper_ReportsThenIsSilent_EachChangeIsToldOnce()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("sleeping", "true"), ("awakeWindow", "20"), ("reportPeriod", "600")) });
        var app = await ListenAsync($"object = \"{id}\"");

        for (var i = 0; i < 3; i++)
        {
            await Object(id).Report(Proved(id), Report("1"));
            await PassAsync(id, TimeSpan.FromSeconds(10));
        }

        await Cluster.ForgetAsync(Object(id));
        await PassAsync(id, TimeSpan.FromSeconds(10));
        await PassAsync(id, TimeSpan.FromSeconds(860));
        await PassAsync(id, TimeSpan.FromSeconds(10));
        await PassAsync(id, TimeSpan.FromHours(5));
        await Object(id).Report(Proved(id), Report("1"));

        Assert.Equal(["AWAKE", "ASLEEP", "OVERDUE", "AWAKE"], await ReachabilitiesAsync(app));
    }

    [Fact]
    public async Task Due_ManyReports_StaysOneRow()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("reportPeriod", "600")) });
        for (var i = 0; i < 20; i++)
        {
            await Object(id).Report(Proved(id), Report("1"));
            await PassAsync(id, TimeSpan.FromSeconds(50));
            Assert.True((await ArmedAsync(id)).Count <= 1);
        }
    }

    [Fact]
    public async Task Session_EndsWithoutAWord_IsFoundOut()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("sleeping", "true")) });
        var app = await ListenAsync($"object = \"{id}\"");
        await Object(id).Attach(Proved(id), Mqtt(id), null);
        await Cluster.ForgetAsync(Object(id));

        await PassAsync(id, TimeSpan.FromHours(1));

        Assert.Equal(["REACHABLE", "ASLEEP"], await ReachabilitiesAsync(app));
    }

    [Fact]
    public async Task Detach_OfAnOldEpoch_ChangesNothing()
    {
        var id = await CreateAsync();
        var app = await ListenAsync($"object = \"{id}\"");
        var first = await Object(id).Attach(Proved(id), Mqtt("1" + id), null);
        var second = await Object(id).Attach(Proved(id), Mqtt("2" + id), null);

        await Object(id).Detach(Bearer.Mqtt, first);
        Assert.Equal(["REACHABLE"], await ReachabilitiesAsync(app));
        await Object(id).Detach(Bearer.Mqtt, second);
        await Object(id).Detach(Bearer.Mqtt, second);

        Assert.Equal(["REACHABLE", "UNREACHABLE"], await ReachabilitiesAsync(app));
    }

    [Fact]
    public async Task Registration_RunsOut_IsOneEventAndUnreachable()
    {
        var id = await CreateAsync();
        var app = await ListenAsync($"object = \"{id}\"");
        await Object(id).Register(Proved(id, Bearer.Coap), new(TimeSpan.FromSeconds(60), "</a>", null, Coap("203.0.113.5:1")));

        await PassAsync(id, TimeSpan.FromSeconds(60));
        await PassAsync(id, TimeSpan.FromSeconds(60));

        Assert.Single(await EventsAsync(app, Contracts.Events.EventTypes.ObjectDeregistered));
        Assert.Equal(["REACHABLE", "UNREACHABLE"], await ReachabilitiesAsync(app));
    }

    [Fact]
    public async Task Deregister_MqttSessionOpen_LeavesThatAlone()
    {
        var id = await CreateAsync();
        await Object(id).Attach(Proved(id), Mqtt(id), null);
        var registration = await Object(id).Register(Proved(id, Bearer.Coap), new(null, "</a>", null, Coap("203.0.113.6:1")));

        await Object(id).Deregister(Proved(id, Bearer.Coap), registration.Id);
        await SendAsync(id, Draft("x"));

        Assert.Single(Edge.DeliveriesTo(id));
        Assert.Equal(Bearer.Mqtt, Assert.Single((await Object(id).Get()).Status.Connected));
    }

    [Fact]
    public async Task RevokeCredential_Connected_EndsTheSessionAndSaysSo()
    {
        var id = await CreateAsync();
        var app = await ListenAsync($"object = \"{id}\"");
        var grant = await Object(id).AddCredential("op", CredentialKind.MqttSecret, null);
        var epoch = await Object(id).Attach(Proved(id), Mqtt(id), null);

        await Object(id).RevokeCredential("op", grant.Credential.Id);
        await Object(id).Detach(Bearer.Mqtt, epoch);

        Assert.Contains((id, CloseReason.CredentialRevoked), Edge.Closed);
        Assert.Equal(["REACHABLE", "UNREACHABLE"], await ReachabilitiesAsync(app));
        Assert.False(await Object(id).Authenticate(CredentialKind.MqttSecret, grant.Secret));
    }

    [Fact]
    public async Task Overdue_ServerThatDoesNotSleep_IsStillTried()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("sleeping", "false"), ("reportPeriod", "10")) });
        await Object(id).Register(Proved(id, Bearer.Coap), new(null, "</on>", null, Coap("203.0.113.7:1" + id)));
        await PassAsync(id, TimeSpan.FromSeconds(20));
        Assert.Equal(Reachability.Overdue, (await Object(id).Get()).Status.Reachability);

        await SendAsync(id, Draft("x", command: new("on", "POST", "/on")));

        Assert.Single(Edge.DeliveriesTo("203.0.113.7:1" + id));
    }

    [Fact]
    public async Task Report_OfAnObjectThatIsGone_IsKeptAndItStaysAway()
    {
        var id = await CreateAsync();
        var session = "gone" + id;
        var epoch = await Object(id).Attach(Proved(id), Mqtt(session), null);
        await Object(id).Suspend(Proved(id), TimeSpan.FromHours(1));
        var message = await SendAsync(id, Draft("x", confirmation: Confirmation.None));
        await Object(id).Detach(Bearer.Mqtt, epoch);
        var before = (await Object(id).Get()).Status.Reachability;

        await Object(id).Report(Proved(id) with { IsGone = true, Epoch = epoch }, Report("farewell"));

        Assert.Single(await ReportsAsync(id));
        Assert.Equal(before, (await Object(id).Get()).Status.Reachability);
        Assert.NotEqual(Reachability.Reachable, before);
        Assert.Empty(Edge.DeliveriesTo(session));
        Assert.Null((await FindAsync(message.Id)).Outcome);
    }
}
