using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Objects;

public sealed class FirmwareTests(GrainCluster cluster) : GrainTests(cluster)
{
    private const string Octets = "application/octet-stream";
    private const string Envelope = "application/suit-envelope+cose";

    [Theory]
    [InlineData("firmware", "PUT", "/anything", Octets, true)]
    [InlineData("Firmware", "post", "", Octets, true)]
    [InlineData("update-firmware", "POST", "/update", Octets, true)]
    [InlineData("firmwareUpdate", "POST", "/update", Octets, true)]
    [InlineData("n", "PUT", "/device/firmware?v=2", Octets, true)]
    [InlineData("n", "PUT", "/firmwares", Octets, false)]
    [InlineData("n", "PUT", "/5/0/0", Octets, true)]
    [InlineData("n", "POST", "/5?x", Octets, true)]
    [InlineData("n", "GET", "/5/0/3", Octets, false)]
    [InlineData("n", "PUT", "/51/0", Octets, false)]
    [InlineData("n", "PUT", "/3/5", Octets, false)]
    [InlineData("n", "GET", "/x", "Application/SUIT-envelope+cose; v=1", true)]
    public void Is_ByWhatTheMessageSays(string name, string method, string path, string contentType, bool expected) =>
        Assert.Equal(expected, Firmware.Is(new(name, method, path), contentType));

    [Fact]
    public async Task Transaction_OneMemberIsNotUpgradable_IsRolledBackAndNamesIt()
    {
        string[] members = [await CreateAsync(), await CreateAsync(new() { Preconfigured = Says(("upgradable", "false")) })];
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Create("op", "", [.. members]);
        var sent = await group.Send(Draft("x", await ListenAsync(null), ttl: 3600, confirmation: Confirmation.Transaction) with { ContentType = Envelope });

        var whole = sent.Message;
        for (var i = 0; i < 3; i++)
        {
            await Cluster.Grains.GetGrain<Contracts.Transactions.ITransactionGrain>(whole.Id.Value).Wake(1);
            foreach (var member in members) await Object(member).Wake(0);
        }

        var ended = await FindAsync(whole.Id);
        Assert.Equal(Outcome.Failed, ended.Outcome);
        Assert.Contains(members[1], ended.Detail!, StringComparison.Ordinal);
        Assert.Contains("'upgradable' is false", ended.Detail!, StringComparison.Ordinal);
        Assert.Null(await Object(members[1]).Fetch(Proved(members[1]), null));
    }
}
