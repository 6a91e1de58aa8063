using System.Collections.Concurrent;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Reading;
using Microsoft.Extensions.DependencyInjection;

namespace M2MCluster.FrontDoor.Tests;

[Collection(FrontDoorCollection.Name)]
public sealed class WebhookTests(FrontDoorFixture door)
{
    [Fact]
    public async Task Webhook_Reports_ArePostedInOrderAndAcknowledged()
    {
        await using var receiver = await WebhookReceiver.StartAsync(_ => 204);
        var source = await door.NewObjectAsync();
        var (app, name) = await SubscribeAsync(receiver, [source]);
        for (var i = 0; i < 20; i++) await door.ReportAsync(source, $$"""[{"n":"x","v":{{i}} }]""");
        for (var i = 0; i < 20; i++)
        {
            var (item, _) = await receiver.NextAsync();
            Assert.Equal("m2m.report", item.GetProperty("type").GetString());
            Assert.Equal($"objects/{source}", item.GetProperty("subject").GetString());
            Assert.Equal(i, item.GetProperty("data").GetProperty("senml")[0].GetProperty("v").GetInt32());
        }

        // What is acknowledged is not sent again after a restart.
        var feed = $"{app}/{name.Split('/')[^1]}";
        var reader = door.Services.GetRequiredService<IFeedReader>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while ((await reader.ReadAsync(feed, await reader.AcknowledgedAsync(feed, limit.Token), 100, limit.Token)).Count > 0) await Task.Yield();
    }

    [Fact]
    public async Task Webhook_RefusesOneObject_OthersGoOnAndItsOrderHolds()
    {
        var failures = new ConcurrentDictionary<string, int>();
        var stubborn = await door.NewObjectAsync();
        // Of the same partition, so that only the object decides.
        var other = Enumerable.Range(0, 1000).Select(i => $"{stubborn}-{i}").First(id => FeedCursor.PartitionOf(id) == FeedCursor.PartitionOf(stubborn));
        await door.NewObjectAsync(other);
        var hasOther = false;
        await using var receiver = await WebhookReceiver.StartAsync(item =>
        {
            if (item.GetProperty("subject").GetString() == $"objects/{other}") Volatile.Write(ref hasOther, true);
            else if (failures.AddOrUpdate(item.GetProperty("id").GetString()!, 1, (_, n) => n + 1) == 1 || !Volatile.Read(ref hasOther)) return 503;
            return 200;
        });
        await SubscribeAsync(receiver, [stubborn, other]);
        await door.ReportAsync(stubborn, """[{"n":"x","v":1}]""");
        await door.ReportAsync(stubborn, """[{"n":"x","v":2}]""");
        await door.ReportAsync(other, """[{"n":"x","v":3}]""");

        var accepted = new List<double>();
        while (accepted.Count < 3)
        {
            var (item, answered) = await receiver.NextAsync();
            if (answered == 200) accepted.Add(item.GetProperty("data").GetProperty("senml")[0].GetProperty("v").GetDouble());
        }

        Assert.Equal([3, 1, 2], accepted);
    }

    [Fact]
    public async Task Webhook_Deleted_ReceivesNoMore()
    {
        await using var receiver = await WebhookReceiver.StartAsync(_ => 200);
        var source = await door.NewObjectAsync();
        var (_, first) = await SubscribeAsync(receiver, [source]);
        await door.ReportAsync(source, """[{"n":"x","v":1}]""");
        Assert.Equal(1, (await receiver.NextAsync()).Event.GetProperty("data").GetProperty("senml")[0].GetProperty("v").GetInt32());
        using var rest = door.Rest();
        await rest.DeleteAsync($"/v1/{first}").Ok();
        await door.ReportAsync(source, """[{"n":"x","v":2}]""");
        await SubscribeAsync(receiver, [source]);
        await door.ReportAsync(source, """[{"n":"x","v":3}]""");
        Assert.Equal(3, (await receiver.NextAsync()).Event.GetProperty("data").GetProperty("senml")[0].GetProperty("v").GetInt32());
    }

    private async Task<(string Application, string Subscription)> SubscribeAsync(WebhookReceiver receiver, string[] objects)
    {
        var (app, own, _) = await door.NewApplicationAsync();
        own.Dispose();
        using var rest = door.Rest();
        var filter = $"type = m2m.report AND ({string.Join(" OR ", objects.Select(id => $"object = {id}"))})";
        var made = await rest.PostAsync($"/v1/applications/{app}/subscriptions", $$"""{"filter":"{{filter}}","webhook":"{{receiver.Url}}"}""").Ok();
        return (app, made.GetProperty("name").GetString()!);
    }
}
