using System.Text;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Groups;

/// <summary>A cluster of its own, whose clock goes on by more than messages are kept.</summary>
public sealed class KeptFrameTests(GrainCluster cluster) : IClassFixture<GrainCluster>
{
    [Fact]
    public async Task Frame_EndedAndDeletedBeforeItsCampaignLooked_EachChildHasOneOutcome()
    {
        var (gateway, children) = (cluster.Fresh("gw"), new[] { cluster.Fresh("dev"), cluster.Fresh("dev") });
        await Object(gateway).Create("op", ObjectKind.Gateway, new());
        foreach (var child in children) await Object(child).Create("op", ObjectKind.Device, new() { Gateway = gateway });
        var group = cluster.Grains.GetGrain<IGroupGrain>(cluster.Fresh("group"));
        await group.Create("op", "", [.. children]);
        var sent = (await group.Send(new("", "text/plain", "x"u8.ToArray(), TimeSpan.FromHours(1), Mode: DeliveryMode.Broadcast))).Message;
        var whole = cluster.Grains.GetGrain<IGroupMessageGrain>(sent.Id.Value);
        await UntilAsync(async () => (await whole.View())!.Phase == CampaignPhase.Dispatched);
        var speaker = new Speaker(gateway, Strength.Protected, Bearer.Mqtt, "192.0.2.1:40000");
        var frame = (await Object(gateway).Fetch(speaker, null))!;

        // The campaign hears of its end, cannot write it, and is not called for a long time.
        cluster.Pipeline.Fail(sent.Id.ToString(), Fault.Before);
        await Object(gateway).Result(speaker, frame.Id, new(true, "text/plain", Encoding.UTF8.GetBytes("done")));
        await UntilAsync(() => Task.FromResult(!cluster.Pipeline.IsArmed(sent.Id.ToString())));
        cluster.Time.Advance(TimeSpan.FromDays(31));
        await UntilAsync(async () =>
        {
            // The sweep waits for the next hour, if it was at work.
            cluster.Time.Advance(TimeSpan.FromHours(1));
            return await cluster.Messages.FindAsync(frame.Id, CancellationToken.None) is null;
        });
        await whole.Wake();
        await UntilAsync(async () =>
        {
            await whole.Step();
            return (await cluster.Messages.FindAsync(sent.Id, CancellationToken.None))!.Outcome is not null;
        });

        var parts = await cluster.Messages.ListAsync(new MessageQuery(Parent: sent.Id), new(long.MaxValue), 100, CancellationToken.None);
        Assert.Equal(children.Select(child => ("objects/" + child, (Outcome?)Outcome.Unknown)), parts.Select(part => (part.Target, part.Outcome)).OrderBy(part => part.Target, StringComparer.Ordinal));
        Assert.Equal("2 UNKNOWN", (await cluster.Messages.FindAsync(sent.Id, CancellationToken.None))!.Detail);
    }

    private IObjectGrain Object(string id) => cluster.Grains.GetGrain<IObjectGrain>(id);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds()) await Task.Delay(5, patience.Token);
    }
}
