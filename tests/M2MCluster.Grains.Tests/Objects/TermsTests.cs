using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Objects;

/// <summary>What a sender asks of a delivery beyond the usual.</summary>
public sealed class TermsTests(GrainCluster cluster) : GrainTests(cluster)
{
    [Fact]
    public async Task Window_NotYetCome_HoldsTheMessageBack()
    {
        var id = await CreateAsync();
        await Object(id).Attach(Proved(id), Mqtt(id), null);
        var opens = Cluster.Time.GetUtcNow().AddMinutes(30);
        var held = await SendAsync(id, Draft("later") with { Terms = new() { NotBefore = opens } });
        var next = await SendAsync(id, Draft("now"));

        Assert.Equal(next.Id, Assert.Single(Edge.DeliveriesTo(id)).Message.Id);
        Assert.DoesNotContain(await Object(id).Mailbox(Proved(id)), entry => entry.Id == held.Id);
        Assert.Null(await Object(id).Fetch(Proved(id), held.Id));
        var why = await Object(id).Explain(held.Id);
        Assert.Contains("window", why.Summary, StringComparison.Ordinal);
        Assert.Equal(opens, why.WaitsUntil);
        await Object(id).Result(Proved(id), next.Id, new(true));

        await PassAsync(id, TimeSpan.FromMinutes(30));

        Assert.Equal(held.Id, Edge.DeliveriesTo(id)[^1].Message.Id);
    }

    [Fact]
    public async Task Window_ThatBeginsAfterTheEnd_IsRefused()
    {
        var id = await CreateAsync();
        await RefusedAsync(ErrorCode.InvalidArgument, () =>
            SendAsync(id, Draft("x", ttl: 60) with { Terms = new() { NotBefore = Cluster.Time.GetUtcNow().AddMinutes(1) } }));
    }

    [Fact]
    public async Task Paths_OnlyOverABearerThatIsNotThere_Waits()
    {
        var id = await CreateAsync();
        await Object(id).Attach(Proved(id), Mqtt(id), null);

        await SendAsync(id, Draft("x") with { Terms = new() { Paths = new([Bearer.Coap]) } });
        Assert.Empty(Edge.DeliveriesTo(id));

        await SendAsync(id, Draft("y") with { Terms = new() { Paths = new([Bearer.Coap, Bearer.Mqtt]) } });
        Assert.Single(Edge.DeliveriesTo(id));
    }
}
