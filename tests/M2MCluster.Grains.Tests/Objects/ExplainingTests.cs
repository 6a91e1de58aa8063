using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Objects;

public sealed class ExplainingTests(GrainCluster cluster) : GrainTests(cluster)
{
    [Fact]
    public async Task Explain_LostThenAnswered_TellsEachAttemptAlsoAfterTheEnd()
    {
        var id = await CreateAsync();
        await Object(id).Attach(Proved(id), Mqtt(id), null);
        var message = await SendAsync(id, Draft("x", confirmation: Confirmation.Applied));
        var accepted = message.AcceptedAt;
        Assert.Equal((MessageState.Pushed, WaitReason.Confirmation), await StandingAsync(id, message.Id));

        await SettleAsync(id, SettlementKind.Lost, detail: "gone");
        Assert.Equal((MessageState.Waiting, WaitReason.Retry), await StandingAsync(id, message.Id));
        Assert.Equal(accepted.AddSeconds(10), (await Object(id).Explain(message.Id)).WaitsUntil);
        await PassAsync(id, TimeSpan.FromSeconds(10));
        await SettleAsync(id, SettlementKind.Acknowledged);
        Assert.Equal((MessageState.Acknowledged, WaitReason.Result), await StandingAsync(id, message.Id));
        await Object(id).Result(Proved(id), message.Id, new(true));
        await Cluster.ForgetAsync(Object(id));

        var ended = await Object(id).Explain(message.Id);
        var trail = ended.Message.Trail!;
        Assert.Equal((MessageState.Ended, WaitReason.None), (ended.State, ended.Reason));
        Assert.Equal(
            [new(Bearer.Mqtt, accepted, accepted, AttemptResult.Lost, "gone"), new MessageAttempt(Bearer.Mqtt, accepted.AddSeconds(10), accepted.AddSeconds(10), AttemptResult.Acknowledged)],
            trail.Attempts.ToArray());
        Assert.Equal(
            [MessageState.Pushed, MessageState.Waiting, MessageState.Pushed, MessageState.Acknowledged], trail.Changes.Select(change => change.State));
        Assert.Equal((2, accepted.AddSeconds(10)), (trail.AttemptCount, trail.AnsweredAt));
    }

    [Fact]
    public async Task Explain_ManyAttempts_TheFirstAndTheLastAreKeptAndAllCounted()
    {
        var id = await CreateAsync();
        await Object(id).Attach(Proved(id), Mqtt(id), null);
        var message = await SendAsync(id, Draft("x", ttl: 86_400));
        for (var i = 0; i < 30; i++)
        {
            await SettleAsync(id, SettlementKind.Lost, detail: $"{i}");
            await PassAsync(id, TimeSpan.FromMinutes(10));
        }

        await SettleAsync(id, SettlementKind.Acknowledged);

        var record = await FindAsync(message.Id);
        Assert.Equal(31, record.Trail!.AttemptCount);
        Assert.Equal(16, record.Trail.Attempts.Length);
        Assert.Equal("0", record.Trail.Attempts[0].Detail);
        Assert.Equal(AttemptResult.Acknowledged, record.Trail.Attempts[^1].Result);
        Assert.InRange(record.Steps.Count, 2, 41);
    }

    [Fact]
    public async Task Explain_Fetched_IsAnAttemptOfItsOwn()
    {
        var id = await CreateAsync();
        var message = await SendAsync(id, Draft("x"));
        Assert.Equal((MessageState.Waiting, WaitReason.FirstContact), await StandingAsync(id, message.Id));
        await Object(id).Fetch(Proved(id, Bearer.Coap), null);

        Assert.Equal((MessageState.Fetched, WaitReason.Result), await StandingAsync(id, message.Id));
        var attempt = Assert.Single((await Object(id).Explain(message.Id)).Message.Trail!.Attempts);
        Assert.Equal((Bearer.Coap, AttemptResult.Fetched), (attempt.Bearer, attempt.Result));
    }

    [Fact]
    public async Task Explain_SessionEndsUnderWay_TheAttemptIsAbandoned()
    {
        var id = await CreateAsync();
        var epoch = await Object(id).Attach(Proved(id), Mqtt(id), null);
        var message = await SendAsync(id, Draft("x"));
        await Object(id).Detach(Bearer.Mqtt, epoch);

        Assert.Equal(AttemptResult.Abandoned, Assert.Single((await Object(id).Explain(message.Id)).Message.Trail!.Attempts).Result);
    }

    [Fact]
    public async Task Explain_BeforeItsWindow_IsHeldUntilThen()
    {
        var id = await CreateAsync();
        await Object(id).Attach(Proved(id), Mqtt(id), null);
        var opens = Cluster.Time.GetUtcNow().AddMinutes(5);
        var message = await SendAsync(id, Draft("x") with { Terms = new() { NotBefore = opens } });
        var why = await Object(id).Explain(message.Id);
        Assert.Equal((MessageState.Held, WaitReason.Window, opens), (why.State, why.Reason, why.WaitsUntil!.Value));

        await PassAsync(id, TimeSpan.FromMinutes(5));
        why = await Object(id).Explain(message.Id);
        Assert.Equal([MessageState.Held, MessageState.Waiting, MessageState.Pushed], why.Message.Trail!.Changes.Select(change => change.State));
    }

    private async Task<(MessageState, WaitReason)> StandingAsync(string id, MessageId message)
    {
        var why = await Object(id).Explain(message);
        return (why.State, why.Reason);
    }

    private Task SettleAsync(string id, SettlementKind kind, MessageResult? result = null, string? detail = null)
    {
        var delivery = Edge.DeliveriesTo(id)[^1];
        return Object(id).Settle(delivery.Message.Id, delivery.Attempt, new(kind, result, Detail: detail)).AsTask();
    }
}
