using Grpc.Core;
using M2MCluster.Client;

namespace M2MCluster.FrontDoor.Tests;

[Collection(FrontDoorCollection.Name)]
public sealed class ClientTests(FrontDoorFixture door)
{
    [Fact]
    public async Task Client_ObjectsAndMessages_Work()
    {
        using var client = new M2MClient(door.Grpc, FrontDoorFixture.OperatorKey);
        var id = door.NewName("o");
        await client.Objects.CreateObjectAsync(new() { ObjectId = id });
        var sent = await client.Messages.SendMessageAsync(new() { Target = $"objects/{id}" });
        Assert.Equal(V1.Message.Types.State.Waiting, sent.Message.State);
    }

    [Fact]
    public async Task WatchAsync_FromACursor_GivesEachEventOnce()
    {
        var (id, rest, key) = await door.NewApplicationAsync();
        rest.Dispose();
        using var client = new M2MClient(door.Grpc, key);
        var source = await door.NewObjectAsync();
        await client.Applications.CreateSubscriptionAsync(new() { Parent = $"applications/{id}", Subscription = new() { Object = $"objects/{source}", Filter = "type = m2m.report" } });
        for (var i = 0; i < 5; i++) await door.ReportAsync(source, $$"""[{"n":"x","v":{{i}} }]""");

        var (first, cursor) = await ReadAsync(null, 2);
        Assert.Equal([0, 1], first);
        var (rest2, _) = await ReadAsync(cursor, 3);
        Assert.Equal([2, 3, 4], rest2);

        async Task<(List<double> Values, string Cursor)> ReadAsync(string? from, int count)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            var values = new List<double>();
            await foreach (var response in client.WatchAsync(id, from, limit.Token))
            {
                values.Add(response.Event.Data.StructValue.Fields["senml"].ListValue.Values[0].StructValue.Fields["v"].NumberValue);
                if (values.Count == count) return (values, response.Cursor);
            }

            throw new InvalidOperationException("The watch ended.");
        }
    }

    [Fact]
    public async Task WatchAsync_ConnectionIsCut_GoesOnWithoutGapOrRepetition()
    {
        var (id, rest, key) = await door.NewApplicationAsync();
        rest.Dispose();
        using var relay = new TcpRelay(door.Grpc);
        using var client = new M2MClient(relay.Address, key);
        var source = await door.NewObjectAsync();
        await client.Applications.CreateSubscriptionAsync(new() { Parent = $"applications/{id}", Subscription = new() { Object = $"objects/{source}", Filter = "type = m2m.report" } });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var watch = client.WatchAsync(id, null, limit.Token).GetAsyncEnumerator(limit.Token);
        for (var i = 0; i < 30; i++)
        {
            await door.ReportAsync(source, $$"""[{"n":"x","v":{{i}} }]""");
            if (i % 10 == 5) relay.Cut();
            Assert.True(await watch.MoveNextAsync());
            Assert.Equal(i, watch.Current.Event.Data.StructValue.Fields["senml"].ListValue.Values[0].StructValue.Fields["v"].NumberValue);
        }

        Assert.True(relay.Connections >= 4);
    }

    [Fact]
    public async Task WatchAsync_KeyThatMayNot_Throws()
    {
        var (other, rest, _) = await door.NewApplicationAsync();
        var (_, rest2, key) = await door.NewApplicationAsync();
        rest.Dispose();
        rest2.Dispose();
        using var client = new M2MClient(door.Grpc, key);
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var _ in client.WatchAsync(other)) { }
        });
        Assert.Equal(StatusCode.PermissionDenied, failure.StatusCode);
    }
}
