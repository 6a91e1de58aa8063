using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Services;

public sealed class MemberWarningTests(GrainCluster cluster) : GrainTests(cluster)
{
    [Fact]
    public async Task Send_ToAGroup_MembersThatCannotAreToldOfWithoutBeingWoken()
    {
        var small = await CreateAsync(new() { Preconfigured = Says(("maxPayload", "5")) });
        var slow = await CreateAsync(new() { Preconfigured = Says(("maxPayload", "5"), ("bearers", "[\"SMS\"]")) });
        var fine = await CreateAsync();
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Create("op", "", [small, slow, fine]);
        foreach (var member in new[] { small, slow, fine }) await Cluster.ForgetAsync(Object(member));
        var sender = await ListenAsync(null);

        var receipt = await group.Send(Draft("0123456789", sender) with { Terms = new() { ServiceClass = "bulk", Paths = new([Contracts.Sessions.Bearer.Mqtt]) } });

        Assert.Equal([(ServiceAttributes.Bearer, 1), (ServiceAttributes.Size, 2)], receipt.Mismatches!.Select(mismatch => (mismatch.Attribute, mismatch.Members)));
        Assert.Contains("so it is with 2 members", receipt.Warnings[1], StringComparison.Ordinal);
        Assert.Equal(
            [(small, "SIZE"), (slow, "BEARER"), (slow, "SIZE")],
            (await EventsAsync(sender, EventTypes.MessageWarning)).Select(read => (read.Subject["objects/".Length..], Data(read).GetProperty("attribute").GetString()!))
                .OrderBy(told => told.Item1 == slow).ThenBy(told => told.Item2, StringComparer.Ordinal));
        Assert.All(new[] { small, slow, fine }, member => Assert.False(Cluster.IsActive(Object(member))));

        // What was told is not told again when the member changes.
        await Object(small).Update("op", new() { Preconfigured = Says(("maxPayload", "4")) });
        Assert.Equal(3, (await EventsAsync(sender, EventTypes.MessageWarning)).Count);
    }
}
