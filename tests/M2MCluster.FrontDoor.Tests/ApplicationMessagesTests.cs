using System.Net;
using System.Text.Json;
using M2MCluster.Testing;

namespace M2MCluster.FrontDoor.Tests;

/// <summary>Applications send messages to applications, with the guarantees that a message to an object has.</summary>
[Collection(FrontDoorCollection.Name)]
public sealed class ApplicationMessagesTests(FrontDoorFixture door)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact, Requirement("4.25.d")]
    public async Task SendMessage_ToAnApplication_IsReadAcknowledgedAndAnsweredOnceAndForAll()
    {
        var (sender, mine, _) = await door.NewApplicationAsync();
        var (receiver, theirs, _) = await door.NewApplicationAsync();
        using (mine)
        using (theirs)
        {
            // By default no application may; nor does it learn whether there is one.
            Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(mine, receiver)).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(mine, "nobody-at-all")).Status);
            await PermitAsync(theirs, receiver, sender);
            await door.StartScheduleAsync($"applications/{receiver}");

            // Delivered: by the acknowledgement of the feed.
            var first = await SentAsync(mine, receiver, """ "payload":"aGVsbG8=","contentType":"text/plain","priority":3,"ttl":"600s" """);
            var told = Assert.Single(await EventsAsync(theirs, receiver, 1));
            Assert.Equal("m2m.message", told.GetProperty("type").GetString());
            Assert.Equal($"applications/{sender}", told.GetProperty("data").GetProperty("application").GetString());
            Assert.Equal(first, told.GetProperty("data").GetProperty("message").GetString());
            Assert.Equal("aGVsbG8=", told.GetProperty("data").GetProperty("payload").GetString());
            Assert.Equal("WAITING", (await mine.GetAsync($"/v1/{first}").Ok()).GetProperty("state").GetString());
            Assert.Contains("acknowledge", (await mine.GetAsync($"/v1/{first}:explain").Ok()).GetProperty("waitsFor").GetString(), StringComparison.Ordinal);
            await AcknowledgeAsync(theirs, receiver);
            Assert.Equal("DELIVERED", await OutcomeAsync(mine, sender, first));

            // Applied: by the receiver's own word, and only by the receiver's.
            var second = await SentAsync(mine, receiver, """ "confirmation":"APPLIED" """);
            await EventsAsync(theirs, receiver, 1);
            await AcknowledgeAsync(theirs, receiver);
            Assert.Equal(HttpStatusCode.Forbidden, (await mine.PostAsync($"/v1/{second}:answer", """{"result":{"ok":true} }""")).Status);
            var answered = await theirs.PostAsync($"/v1/{second}:answer", """{"result":{"ok":true,"contentType":"text/plain","payload":"ZG9uZQ=="} }""").Ok();
            Assert.Equal("APPLIED", answered.GetProperty("outcome").GetString());
            Assert.Equal("APPLIED", await OutcomeAsync(mine, sender, second));
            await theirs.PostAsync($"/v1/{second}:answer", """{"result":{"ok":true,"contentType":"text/plain","payload":"ZG9uZQ=="} }""").Ok();
            Assert.Equal(HttpStatusCode.Conflict, (await theirs.PostAsync($"/v1/{second}:answer", """{"result":{"ok":false} }""")).Status);

            // Rejected, expired, and sent into a feed that then goes with its application: each with its event.
            var third = await SentAsync(mine, receiver, "");
            Assert.Equal("REJECTED", (await theirs.PostAsync($"/v1/{third}:answer", """{"result":{"ok":false} }""").Ok()).GetProperty("outcome").GetString());
            Assert.Equal("REJECTED", await OutcomeAsync(mine, sender, third));
            var fourth = await SentAsync(mine, receiver, """ "ttl":"0.050s" """);
            Assert.Equal("EXPIRED", await OutcomeAsync(mine, sender, fourth));
            var fifth = await SentAsync(mine, receiver, "");
            using var rest = door.Rest();
            await rest.DeleteAsync($"/v1/applications/{receiver}").Ok();
            Assert.Equal("FAILED", await OutcomeAsync(mine, sender, fifth));
            Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(mine, receiver)).Status);

            // One outcome each, and no more.
            var ends = (await AllEventsAsync(mine, sender)).Where(item => item.GetProperty("type").GetString() == "m2m.message.outcome").ToList();
            Assert.Equal([first, second, third, fourth, fifth], ends.Select(item => item.GetProperty("data").GetProperty("message").GetString()));
        }
    }

    [Fact]
    public async Task SendMessage_MoreThanAFeedTakes_HigherPriorityOvertakesAndTheRestIsRefused()
    {
        var (sender, mine, _) = await door.NewApplicationAsync();
        var (receiver, theirs, _) = await door.NewApplicationAsync();
        using (mine)
        using (theirs)
        {
            await PermitAsync(theirs, receiver, sender);
            for (var i = 0; i < 64; i++) await SentAsync(mine, receiver, "");
            var late = await SentAsync(mine, receiver, """ "priority":0 """);
            var urgent = await SentAsync(mine, receiver, """ "priority":7 """);
            Assert.Equal(64, (await AllEventsAsync(theirs, receiver)).Count);
            await AcknowledgeAsync(theirs, receiver);
            var next = await EventsAsync(theirs, receiver, 2);
            Assert.Equal([urgent, late], next.Select(item => item.GetProperty("data").GetProperty("message").GetString()));
            await AcknowledgeAsync(theirs, receiver);
            Assert.Equal("DELIVERED", await OutcomeAsync(mine, sender, late));

            var payload = Convert.ToBase64String(new byte[1 << 20]);
            for (var i = 0; i < 4; i++)
            {
                var large = await SentAsync(mine, receiver, $$""" "payload":"{{payload}}","priority":1 """);
                var told = (await EventsAsync(theirs, receiver, i + 1))[i];
                Assert.False(told.GetProperty("data").TryGetProperty("payload", out _));
                Assert.Equal(payload, (await theirs.GetAsync($"/v1/{large}").Ok()).GetProperty("payload").GetString());
            }

            var refused = await SendAsync(mine, receiver, """ "payload":"AA==","priority":1 """);
            Assert.Equal("RESOURCE_EXHAUSTED", refused.Reason);
        }
    }

    [Fact]
    public async Task SendMessage_ToAWebhook_IsDeliveredWhenItsReceiverAccepted()
    {
        await using var hook = await WebhookReceiver.StartAsync(_ => 204);
        var (sender, mine, _) = await door.NewApplicationAsync();
        var (receiver, theirs, _) = await door.NewApplicationAsync();
        using (mine)
        using (theirs)
        {
            await PermitAsync(theirs, receiver, "-");
            await theirs.PostAsync($"/v1/applications/{receiver}/subscriptions", $$"""{"filter":"type = m2m.message","webhook":"{{hook.Url}}"}""").Ok();
            var name = await SentAsync(mine, receiver, "");
            Assert.Equal(name, (await hook.NextAsync()).Event.GetProperty("data").GetProperty("message").GetString());
            Assert.Equal("DELIVERED", await OutcomeAsync(mine, sender, name));
        }
    }

    private static Task<RestAnswer> SendAsync(RestClient from, string receiver, string more = "") =>
        from.PostAsync("/v1/messages", $$"""{"target":"applications/{{receiver}}"{{(more.Length > 0 ? "," + more : "")}} }""");

    private static async Task<string> SentAsync(RestClient from, string receiver, string more) =>
        (await SendAsync(from, receiver, more).Ok()).GetProperty("message").GetProperty("name").GetString()!;

    private static Task<JsonElement> PermitAsync(RestClient owner, string receiver, string sender) =>
        owner.PatchAsync($"/v1/applications/{receiver}", $$"""{"permittedSenders":["applications/{{sender}}"]}""").Ok();

    private static async Task<IReadOnlyList<JsonElement>> AllEventsAsync(RestClient reader, string application) =>
        [.. (await reader.GetAsync($"/v1/applications/{application}/events?pageSize=1000").Ok()).GetProperty("events").EnumerateArray()];

    private static async Task<IReadOnlyList<JsonElement>> EventsAsync(RestClient reader, string application, int count)
    {
        using var limit = new CancellationTokenSource(Patience);
        IReadOnlyList<JsonElement> events;
        while ((events = await AllEventsAsync(reader, application)).Count < count)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        return events;
    }

    private static async Task AcknowledgeAsync(RestClient reader, string application)
    {
        var cursor = (await reader.GetAsync($"/v1/applications/{application}/events?pageSize=1000").Ok()).GetProperty("cursor").GetString();
        await reader.PostAsync($"/v1/applications/{application}/events:acknowledge", $$"""{"cursor":"{{cursor}}"}""").Ok();
    }

    /// <summary>The outcome as the sender's feed tells it, and as the message shows it.</summary>
    private static async Task<string> OutcomeAsync(RestClient sender, string application, string message)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            foreach (var item in await AllEventsAsync(sender, application))
            {
                if (item.GetProperty("type").GetString() != "m2m.message.outcome" || item.GetProperty("data").GetProperty("message").GetString() != message) continue;
                var outcome = item.GetProperty("data").GetProperty("outcome").GetString()!;
                Assert.Equal(outcome, (await sender.GetAsync($"/v1/{message}").Ok()).GetProperty("outcome").GetString());
                return outcome;
            }

            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
