using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Objects;

public sealed class LifeTests(GrainCluster cluster) : GrainTests(cluster)
{
    private IAliasGrain Name(string name) => Cluster.Grains.GetGrain<IAliasGrain>(name);

    [Fact]
    public async Task Delete_MessagesWait_EachFailsOnce()
    {
        var id = await CreateAsync();
        var sender = await ListenAsync(null);
        var first = await SendAsync(id, Draft("1", sender));
        var second = await SendAsync(id, Draft("2", sender));

        await Object(id).Delete("op");

        var outcomes = await OutcomesAsync(sender);
        Assert.Equal(["FAILED"], outcomes[$"messages/{first.Id}"]);
        Assert.Equal(["FAILED"], outcomes[$"messages/{second.Id}"]);
        await RefusedAsync(ErrorCode.NotFound, async () => await Object(id).Get());
        Assert.Empty(await ArmedAsync(id));
    }

    [Fact]
    public async Task Register_Again_IsWhereItWasUnlessTheSectorIsAnotherOrItEnded()
    {
        var id = await CreateAsync();
        async Task<string> RegisterAsync(params (string Name, string Value)[] parameters) =>
            (await Object(id).Register(Proved(id, Bearer.Coap), new(null, "</on>", parameters.ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value), Coap("c" + id)))).Id;

        var first = await RegisterAsync(("et", "a"));
        Assert.Equal(first, await RegisterAsync(("et", "b")));
        var elsewhere = await RegisterAsync(("d", "floor-3"));
        Assert.NotEqual(first, elsewhere);
        await RefusedAsync(ErrorCode.NotFound, async () => await Object(id).UpdateRegistration(Proved(id, Bearer.Coap), first, new(null, null, null, null)));
        await Object(id).Deregister(Proved(id, Bearer.Coap), elsewhere);
        Assert.NotEqual(elsewhere, await RegisterAsync(("d", "floor-3")));
    }

    [Fact]
    public async Task Create_IdOfAFormerObject_KnowsNothingOfIt()
    {
        var id = await CreateAsync();
        var secret = (await Object(id).AddCredential("op", CredentialKind.MqttSecret, null)).Secret;
        var epoch = await Object(id).Attach(Proved(id), Mqtt("old" + id), null);
        var delivered = await SendAsync(id, Draft("1"));
        var attempt = Edge.DeliveriesTo("old" + id)[0].Attempt;
        await Object(id).Settle(delivered.Id, attempt, new(SettlementKind.Acknowledged));
        await Object(id).Report(Proved(id), Report("1", Given("a")));
        await Object(id).Delete("op");
        Assert.False(await Object(id).Authenticate(CredentialKind.MqttSecret, secret));

        await Object(id).Create("op", ObjectKind.Device, new());
        await Object(id).Attach(Proved(id), Mqtt("new" + id), null);
        await Object(id).Detach(Bearer.Mqtt, epoch);

        var status = (await Object(id).Get()).Status;
        Assert.Equal((Reachability.Reachable, 0L, 0L), (status.Reachability, status.Reports, status.Messages));
        Assert.False(await Object(id).Authenticate(CredentialKind.MqttSecret, secret));
        Assert.Equal(ResultReceipt.Unknown, await Object(id).Result(Proved(id), delivered.Id, new(true)));
        Assert.Equal(Contracts.Reports.ReportReceipt.Stored, await Object(id).Report(Proved(id), Report("2", Given("a"))));
        Assert.Equal("2"u8.ToArray(), Assert.Single(await ReportsAsync(id)).Payload);
    }

    [Fact]
    public async Task Create_FormerObjectWasInAGroup_ItsGroupHearsNothing()
    {
        var id = await CreateAsync();
        var group = Cluster.Fresh("group");
        await Cluster.Grains.GetGrain<IGroupGrain>(group).Create("op", "", [id]);
        var app = await ListenAsync($"group = \"{group}\"");
        await Object(id).Report(Proved(id), Report("1"));
        await Object(id).Delete("op");

        await Object(id).Create("op", ObjectKind.Device, new());
        await Object(id).Report(Proved(id), Report("2"));

        Assert.Empty(await EventsAsync(app, EventTypes.Report));
    }

    [Fact]
    public async Task GroupSend_MemberDeletedMeanwhile_FailsAtTheLatestWhenItExpires()
    {
        var (id, sender, _) = await SendAcrossDeletionAsync();

        await PassAsync(id, TimeSpan.FromSeconds(61));

        Assert.Equal("FAILED", Assert.Single(await OutcomesAsync(sender)).Single());
        Assert.Empty(await ArmedAsync(id));
    }

    [Fact]
    public async Task GroupSend_MemberDeletedMeanwhileAndCreatedAgain_IsNotTheNewOnes()
    {
        var (id, sender, _) = await SendAcrossDeletionAsync();

        await Object(id).Create("op", ObjectKind.Device, new());

        Assert.Null(await Object(id).Fetch(Proved(id), null));
        Assert.Equal("FAILED", Assert.Single(await OutcomesAsync(sender)).Single());
    }

    [Fact]
    public async Task Names_TakenByAnother_AreRefusedAndGivenBack()
    {
        var (free, taken) = ($"imei:{Cluster.Fresh("1")}", $"eui64:{Cluster.Fresh("1")}");
        var owner = await CreateAsync(new() { Names = [taken] });
        var id = await CreateAsync();

        await RefusedAsync(ErrorCode.AlreadyExists, async () => await Object(id).Update("op", new() { Names = [free, taken] }));
        Assert.Null(await Name(free).Resolve());

        await Object(owner).Update("op", new() { Names = [] });
        await Object(id).Update("op", new() { Names = [free, taken] });
        Assert.Equal($"objects/{id}", await Name(taken).Resolve());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Names_CommitFails_AreThoseThatTheObjectBears(bool storedAllTheSame)
    {
        var name = $"imei:{Cluster.Fresh("1")}";
        var id = await CreateAsync();
        Cluster.Pipeline.Fail(id, storedAllTheSame ? Fault.After : Fault.Before);

        await RefusedAsync(ErrorCode.Unavailable, async () => await Object(id).Update("op", new() { Names = [name] }));

        Assert.Equal(storedAllTheSame, (await Object(id).Get()).Description.Names.Contains(name));
        Assert.Equal(storedAllTheSame ? $"objects/{id}" : null, await Name(name).Resolve());
    }

    [Fact]
    public async Task Create_CharacteristicIsNoJson_IsInvalid()
    {
        await RefusedAsync(ErrorCode.InvalidArgument, async () => await CreateAsync(new() { Preconfigured = Says(("a", "{")) }));
    }

    [Fact]
    public async Task Characteristics_SaidByTheObject_Win()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("color", "\"red\""), ("size", "3")) });

        await Object(id).Attach(Proved(id), Mqtt(id), Says(("color", "blue")));

        var description = (await Object(id).Get()).Description;
        Assert.Equal(("\"blue\"", "3", "\"red\""), (description.Effective("color"), description.Effective("size"), description.Preconfigured["color"]));
    }

    private async Task<(string Id, string Sender, MessageId Parent)> SendAcrossDeletionAsync()
    {
        var id = await CreateAsync();
        var sender = await ListenAsync(null);
        var group = Cluster.Fresh("group");
        var grain = Cluster.Grains.GetGrain<IGroupGrain>(group);
        await grain.Create("op", "", [id]);
        Cluster.Pipeline.BeforeNext(group, () => Object(id).Delete("op"));
        var sent = await grain.Send(Draft("x", sender, ttl: 60));
        return (id, sender, sent.Message.Id);
    }
}
