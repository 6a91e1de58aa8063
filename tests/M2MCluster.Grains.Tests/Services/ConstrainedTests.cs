using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Services;

public sealed class ConstrainedTests(GrainCluster cluster) : GrainTests(cluster)
{
    private static MessageDraft Constrained(string constraint, string sender = "", int ttl = 3600) => Draft("x", sender, ttl) with { Terms = new() { Constraint = constraint } };

    private ValueTask<ReportReceipt> SayAsync(string id, string name, string json) =>
        Object(id).Report(Proved(id), Report("1") with { Conditions = ImmutableSortedDictionary<string, string>.Empty.Add(name, json) });

    [Fact]
    public async Task Constraint_DoesNotHold_IsHeldUntilTheObjectSaysOtherwise()
    {
        var id = await CreateAsync();
        await Object(id).Attach(Proved(id), Mqtt(id), null);
        await SayAsync(id, "battery", "30");
        var receipt = await Object(id).Send(Constrained("battery > 40"));
        Assert.Empty(receipt.Warnings);

        var why = await Object(id).Explain(receipt.Message.Id);
        Assert.Equal((MessageState.Held, WaitReason.Constraint), (why.State, why.Reason));
        Assert.Contains("battery is 30", why.Summary, StringComparison.Ordinal);
        Assert.Empty(Edge.DeliveriesTo(id));
        Assert.Empty(await Object(id).Mailbox(Proved(id)));
        Assert.Null(await Object(id).Fetch(Proved(id), receipt.Message.Id));

        await SayAsync(id, "battery", "41");
        Assert.Single(Edge.DeliveriesTo(id));
    }

    [Fact]
    public async Task Constraint_KnownAfterTheActivationEnded_StillHolds()
    {
        var id = await CreateAsync();
        await SayAsync(id, "power", "\"mains\"");
        await Cluster.ForgetAsync(Object(id));
        await SendAsync(id, Constrained("power = mains"));

        Assert.Single(await Object(id).Mailbox(Proved(id)));
        var condition = Assert.Single((await Object(id).Get()).Status.Conditions);
        Assert.Equal(("power", "\"mains\""), (condition.Name, condition.Json));
    }

    [Fact]
    public async Task Constraint_UnknownCharacteristic_IsHeldWithAWarningAndAnEvent()
    {
        var id = await CreateAsync();
        await Object(id).Attach(Proved(id), Mqtt(id), null);
        var sender = await ListenAsync(null);
        var receipt = await Object(id).Send(Constrained("signal > -100", sender));

        Assert.Equal(ServiceAttributes.Constraint, Assert.Single(receipt.Mismatches!).Attribute);
        Assert.Contains("signal is not known", Assert.Single(receipt.Warnings), StringComparison.Ordinal);
        Assert.Equal("CONSTRAINT", Data(Assert.Single(await EventsAsync(sender, EventTypes.MessageWarning))).GetProperty("attribute").GetString());
        Assert.Empty(Edge.DeliveriesTo(id));

        await SayAsync(id, "signal", "-90");
        Assert.Single(Edge.DeliveriesTo(id));
    }

    [Fact]
    public async Task Constraint_NeverHolds_ExpiresAndIsNotTriedMeanwhile()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("sleeping", "false")) });
        await Object(id).Attach(Proved(id), Mqtt(id), null);
        await SayAsync(id, "battery", "30");
        var message = await SendAsync(id, Constrained("battery > 40", ttl: 3000));
        var armed = Assert.Single(await ArmedAsync(id));
        await PassAsync(id, TimeSpan.FromSeconds(3000));

        Assert.Equal(DueTime.Of(message.ExpiresAt), armed);
        Assert.Equal(Outcome.Expired, (await FindAsync(message.Id)).Outcome);
        Assert.Empty(Edge.DeliveriesTo(id));
    }

    [Fact]
    public async Task Constraint_OverACharacteristicThatIsChanged_GoesOut()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("site", "\"north\"")) });
        await Object(id).Attach(Proved(id), Mqtt(id), null);
        await SendAsync(id, Constrained("site = south"));
        Assert.Empty(Edge.DeliveriesTo(id));

        await Object(id).Update("op", new() { Preconfigured = Says(("site", "\"south\"")) });
        Assert.Single(Edge.DeliveriesTo(id));
    }

    [Fact]
    public async Task Condition_SaidOnConnectingAfterAReport_IsTheLatest()
    {
        var id = await CreateAsync();
        await SayAsync(id, "battery", "30");
        await Object(id).Attach(Proved(id), Mqtt(id), Says(("battery", "80"), ("model", "x")));

        Assert.Equal("80", Assert.Single((await Object(id).Get()).Status.Conditions).Json);
    }

    [Fact]
    public async Task Condition_OfAChildInItsGatewaysPack_IsTheChilds()
    {
        var gateway = await CreateAsync(kind: ObjectKind.Gateway);
        var child = await CreateAsync(new() { Gateway = gateway });
        var said = ImmutableSortedDictionary<string, string>.Empty.Add("battery", "55");
        await Object(gateway).ReportForChildren(Proved(gateway), ReportName.None, [new(child, "text/plain", [1], said), new(gateway, "text/plain", [1], said.SetItem("battery", "100"))]);

        Assert.Equal("100", Assert.Single((await Object(gateway).Get()).Status.Conditions).Json);
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while ((await Object(child).Get()).Status.Conditions.IsEmpty && DateTime.UtcNow < deadline) await Task.Delay(20);
        Assert.Equal("55", Assert.Single((await Object(child).Get()).Status.Conditions).Json);
    }

    [Fact]
    public async Task Constraint_OfAChild_IsNotInItsGatewaysListEither()
    {
        var gateway = await CreateAsync(kind: ObjectKind.Gateway);
        var child = await CreateAsync(new() { Gateway = gateway });
        await SayAsync(child, "battery", "30");
        var held = await SendAsync(child, Constrained("battery > 40"));
        var shown = await SendAsync(child, Constrained("battery > 20"));
        Assert.Equal([shown.Id], (await Object(gateway).Mailbox(Proved(gateway))).Select(entry => entry.Id));

        await SayAsync(child, "battery", "50");
        Assert.Equal([held.Id, shown.Id], (await Object(gateway).Mailbox(Proved(gateway))).Select(entry => entry.Id));
    }

    [Fact]
    public async Task Constraint_Malformed_IsRefused()
    {
        var id = await CreateAsync();
        var refusal = await RefusedAsync(ErrorCode.InvalidArgument, async () => await Object(id).Send(Constrained("battery >")));
        Assert.Contains("position", refusal.Message, StringComparison.Ordinal);
    }
}
