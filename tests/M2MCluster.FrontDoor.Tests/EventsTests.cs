using System.Net;
using System.Text.Json;
using Grpc.Core;
using M2MCluster.Contracts.Events;

namespace M2MCluster.FrontDoor.Tests;

[Collection(FrontDoorCollection.Name)]
public sealed class EventsTests(FrontDoorFixture door)
{
    [Fact]
    public async Task ListEvents_Report_IsACloudEventWithResolvedSenml()
    {
        var (id, rest, _) = await door.NewApplicationAsync(subscribed: true);
        using (rest)
        {
            var source = await door.NewObjectAsync();
            await door.ReportAsync(source, """[{"bn":"a:","n":"t","u":"Cel","v":20.25,"t":-5}]""");
            var page = await rest.GetAsync($"/v1/applications/{id}/events?pageSize=100").Ok();
            var item = page.GetProperty("events").EnumerateArray().Single(e => e.GetProperty("type").GetString() == "m2m.report" && e.GetProperty("subject").GetString() == $"objects/{source}");
            Assert.Equal("1.0", item.GetProperty("specversion").GetString());
            Assert.Equal("/m2m", item.GetProperty("source").GetString());
            Assert.Equal("application/json", item.GetProperty("datacontenttype").GetString());
            var data = item.GetProperty("data");
            Assert.Equal("application/senml+json", data.GetProperty("contentType").GetString());
            Assert.Equal("a:t", data.GetProperty("senml")[0].GetProperty("n").GetString());
            Assert.Equal(20.25, data.GetProperty("senml")[0].GetProperty("v").GetDouble());
            Assert.Equal(item.GetProperty("time").GetDateTimeOffset().ToUnixTimeMilliseconds() / 1000d - 5, data.GetProperty("senml")[0].GetProperty("t").GetDouble(), 0.01);

            var reports = await rest.GetAsync($"/v1/objects/{source}/reports").Ok();
            Assert.Equal(item.GetProperty("id").GetString(), reports.GetProperty("reports")[0].GetProperty("id").GetString());
        }
    }

    [Fact]
    public async Task ListEvents_ByCursorAndAcknowledged_ResumesThere()
    {
        var (id, rest, _) = await door.NewApplicationAsync(subscribed: true);
        using (rest)
        {
            var source = await door.NewObjectAsync();
            for (var i = 0; i < 3; i++) await door.ReportAsync(source, $$"""[{"n":"x","v":{{i}} }]""");
            var events = $"/v1/applications/{id}/events";
            var first = await rest.GetAsync($"{events}?pageSize=1").Ok();
            var again = await rest.GetAsync($"{events}?pageSize=1").Ok();
            Assert.Equal(IdOf(first), IdOf(again));
            var next = await rest.GetAsync($"{events}?pageSize=1&cursor={first.GetProperty("cursor").GetString()}").Ok();
            Assert.NotEqual(IdOf(first), IdOf(next));

            await rest.PostAsync($"{events}:acknowledge", $$"""{"cursor":"{{first.GetProperty("cursor").GetString()}}"}""").Ok();
            Assert.Equal(IdOf(next), IdOf(await rest.GetAsync($"{events}?pageSize=1").Ok()));
            Assert.Equal(["cursor"], (await rest.GetAsync($"{events}?cursor=nonsense")).Violations);
            Assert.Equal(["cursor"], (await rest.PostAsync($"{events}:acknowledge", "{}")).Violations);
        }

        static string? IdOf(JsonElement page) => page.GetProperty("events")[0].GetProperty("id").GetString();
    }

    [Fact]
    public async Task WatchEvents_OverJsonLines_GivesOldAndNew()
    {
        var (id, rest, _) = await door.NewApplicationAsync(subscribed: true);
        using (rest)
        {
            var source = await door.NewObjectAsync();
            await door.ReportAsync(source, """[{"n":"x","v":1}]""");
            using var response = await rest.Http.GetAsync($"/v1/applications/{id}/events:watch", HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
            Assert.Equal(1, await NextValueAsync());
            await door.ReportAsync(source, """[{"n":"x","v":2}]""");
            Assert.Equal(2, await NextValueAsync());

            async Task<double> NextValueAsync()
            {
                while (true)
                {
                    var line = await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));
                    var item = JsonSerializer.Deserialize<JsonElement>(line!);
                    Assert.NotEqual("", item.GetProperty("cursor").GetString());
                    if (item.GetProperty("event").GetProperty("type").GetString() != "m2m.report") continue;
                    if (item.GetProperty("event").GetProperty("subject").GetString() != $"objects/{source}") continue;
                    return item.GetProperty("event").GetProperty("data").GetProperty("senml")[0].GetProperty("v").GetDouble();
                }
            }
        }
    }

    [Fact]
    public async Task WatchEvents_OverEventStream_ResumesByLastEventId()
    {
        var (id, rest, _) = await door.NewApplicationAsync();
        using (rest)
        {
            var source = await door.NewObjectAsync();
            await rest.PostAsync($"/v1/applications/{id}/subscriptions", $$"""{"object":"objects/{{source}}","filter":"type = m2m.report"}""").Ok();
            for (var i = 1; i <= 3; i++) await door.ReportAsync(source, $$"""[{"n":"x","v":{{i}} }]""");
            var (first, value) = await ReadFirstAsync(null);
            Assert.Equal(1, value);
            (_, value) = await ReadFirstAsync(first);
            Assert.Equal(2, value);

            async Task<(string Id, double Value)> ReadFirstAsync(string? lastId)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/applications/{id}/events:watch");
                request.Headers.Accept.ParseAdd("text/event-stream");
                if (lastId is not null) request.Headers.Add("Last-Event-ID", lastId);
                using var response = await rest.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
                using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
                var read = new List<string>();
                while (await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)) is { Length: > 0 } line) read.Add(line);
                Assert.Equal("event: m2m.report", read[1]);
                var data = JsonSerializer.Deserialize<JsonElement>(read[2]["data: ".Length..]).GetProperty("data");
                return (read[0]["id: ".Length..], data.GetProperty("senml")[0].GetProperty("v").GetDouble());
            }
        }
    }

    [Fact]
    public async Task WatchEvents_OverGrpc_FollowsInOrderForAnObject()
    {
        var (id, rest, key) = await door.NewApplicationAsync();
        rest.Dispose();
        using var admin = door.Rest();
        var source = await door.NewObjectAsync();
        await admin.PostAsync($"/v1/applications/{id}/subscriptions", $$"""{"object":"objects/{{source}}","filter":"type = m2m.report"}""").Ok();
        var events = new V1.EventService.EventServiceClient(door.Calls(key));
        using var watch = events.WatchEvents(new() { Parent = $"applications/{id}" });
        const int Count = 300;
        var reporting = Task.Run(async () =>
        {
            for (var i = 0; i < Count; i++) await door.ReportAsync(source, $$"""[{"n":"x","v":{{i}} }]""");
        });
        for (var i = 0; i < Count; i++)
        {
            Assert.True(await watch.ResponseStream.MoveNext(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token));
            var data = watch.ResponseStream.Current.Event.Data.StructValue;
            Assert.Equal(i, data.Fields["senml"].ListValue.Values[0].StructValue.Fields["v"].NumberValue);
        }

        await reporting;
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/event-stream")]
    public async Task WatchEvents_NothingToTellYet_AnswersAtOnce(string accept)
    {
        var (id, rest, _) = await door.NewApplicationAsync();
        using (rest)
        {
            rest.Http.DefaultRequestHeaders.Accept.ParseAdd(accept);
            using var response = await rest.Http.GetAsync($"/v1/applications/{id}/events:watch", HttpCompletionOption.ResponseHeadersRead).WaitAsync(TimeSpan.FromSeconds(20));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(accept, response.Content.Headers.ContentType!.MediaType);
        }
    }

    [Fact]
    public async Task AcknowledgeEvents_CursorBeyondTheFeed_IsRefusedAndHidesNothing()
    {
        var (id, rest, _) = await door.NewApplicationAsync();
        using (rest)
        {
            var source = await door.NewObjectAsync();
            await rest.PostAsync($"/v1/applications/{id}/subscriptions", $$"""{"object":"objects/{{source}}","filter":"type = m2m.report"}""").Ok();
            var foreign = FeedCursor.Start.Past(new(FeedCursor.PartitionOf(source), 2)).ToString();
            var answer = await rest.PostAsync($"/v1/applications/{id}/events:acknowledge", $$"""{"cursor":"{{foreign}}"}""");
            Assert.Equal(["cursor"], answer.Violations);

            await door.ReportAsync(source, """[{"n":"x","v":1}]""");
            Assert.Equal(1, (await rest.GetAsync($"/v1/applications/{id}/events").Ok()).GetProperty("events").GetArrayLength());
            await door.ReportAsync(source, """[{"n":"x","v":2}]""");
            await rest.PostAsync($"/v1/applications/{id}/events:acknowledge", $$"""{"cursor":"{{foreign}}"}""").Ok();
            Assert.Equal(0, (await rest.GetAsync($"/v1/applications/{id}/events").Ok()).GetProperty("events").GetArrayLength());
        }
    }

    [Fact]
    public async Task WatchEvents_OfNobody_NotFound()
    {
        using var rest = door.Rest();
        Assert.Equal(HttpStatusCode.NotFound, (await rest.GetAsync("/v1/applications/nobody/events")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await rest.GetAsync("/v1/applications/nobody/events:watch")).Status);
    }

    [Fact]
    public async Task MessageOutcome_IsAnEventToItsSender()
    {
        var (id, rest, _) = await door.NewApplicationAsync(subscribed: true);
        using (rest)
        {
            var target = await door.NewObjectAsync();
            var name = (await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{target}}"}""").Ok()).GetProperty("message").GetProperty("name").GetString();
            await rest.PostAsync($"/v1/{name}:cancel", "{}").Ok();
            var page = await rest.GetAsync($"/v1/applications/{id}/events?pageSize=1000").Ok();
            var data = page.GetProperty("events").EnumerateArray().Select(item => item).Single(item =>
                item.GetProperty("type").GetString() == "m2m.message.outcome" && item.GetProperty("data").GetProperty("message").GetString() == name).GetProperty("data");
            Assert.Equal("CANCELLED", data.GetProperty("outcome").GetString());
        }
    }
}
