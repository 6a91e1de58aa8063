using System.Net;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Testing;

namespace M2MCluster.FrontDoor.Tests;

[Collection(FrontDoorCollection.Name)]
public sealed class MessagesTests(FrontDoorFixture door)
{
    [Fact]
    public async Task SendMessage_ToAnObject_WaitsAndIsReadBack()
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        var sent = await rest.PostAsync("/v1/messages", $$"""
            {"target":"objects/{{id}}","payload":"aGVsbG8=","contentType":"text/plain","ttl":"3600s","priority":5,"coalesceKey":"k",
             "command":{"name":"set","path":"/3/0/1"} }
            """).Ok();
        var message = sent.GetProperty("message");
        var name = message.GetProperty("name").GetString()!;
        Assert.Matches("^messages/[0-9a-f]{16}$", name);
        Assert.Equal("WAITING", message.GetProperty("state").GetString());
        Assert.False(message.TryGetProperty("outcome", out _));

        var read = await rest.GetAsync($"/v1/{name}").Ok();
        Assert.Equal($"objects/{id}", read.GetProperty("target").GetString());
        Assert.Equal("aGVsbG8=", read.GetProperty("payload").GetString());
        Assert.Equal("POST", read.GetProperty("command").GetProperty("method").GetString());
        Assert.Equal("DELIVERED", read.GetProperty("confirmation").GetString());
        var span = read.GetProperty("expireTime").GetDateTimeOffset() - read.GetProperty("acceptTime").GetDateTimeOffset();
        Assert.Equal(3600, span.TotalSeconds, 1.0);

        var explained = await rest.GetAsync($"/v1/{name}:explain").Ok();
        Assert.NotEqual("", explained.GetProperty("summary").GetString());
        Assert.NotEqual("", explained.GetProperty("waitsFor").GetString());
    }

    [Fact]
    public async Task CancelMessage_Twice_EndsOnce()
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        var name = (await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}"}""").Ok()).GetProperty("message").GetProperty("name").GetString();
        var cancelled = await rest.SendAsync(HttpMethod.Post, $"/v1/{name}:cancel", null).Ok();
        Assert.Equal("ENDED", cancelled.GetProperty("state").GetString());
        Assert.Equal("CANCELLED", cancelled.GetProperty("outcome").GetString());
        var again = await rest.PostAsync($"/v1/{name}:cancel", "{}");
        Assert.Equal(HttpStatusCode.BadRequest, again.Status);
        Assert.Equal("FAILED_PRECONDITION", again.Reason);
    }

    [Fact]
    public async Task SendMessage_SeveralMistakes_AreToldAtOnce()
    {
        using var rest = door.Rest();
        var answer = await rest.PostAsync("/v1/messages", """{"target":"x","priority":8,"ttl":"0s","command":{"method":"BREW","path":"pot"},"contentType":"text"}""");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(["target", "priority", "contentType", "ttl", "command.method", "command.path"], answer.Violations);
    }

    [Fact]
    public async Task SendMessage_PayloadAboveItsBound_IsRefused()
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        var most = Convert.ToBase64String(new byte[1 << 20]);
        var over = Convert.ToBase64String(new byte[(1 << 20) + 1]);
        await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","payload":"{{most}}"}""").Ok();
        Assert.Equal(["payload"], (await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","payload":"{{over}}"}""")).Violations);
        var body = await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","payload":"{{new string('A', 5 << 20)}}"}""");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, body.Status);
        Assert.Equal("TOO_LARGE", body.Reason);
    }

    [Fact, Requirement("8.1.a")]
    public async Task SendMessage_ByName_ReachesTheObjectThatBearsItNow()
    {
        using var rest = door.Rest();
        var (first, second) = (door.NewName("o"), door.NewName("o"));
        var name = "imei:" + door.NewName("4902");
        await rest.PostAsync($"/v1/objects?objectId={first}", $$"""{"names":["{{name}}"]}""").Ok();
        var one = await rest.PostAsync("/v1/messages", $$"""{"target":"names/{{name}}"}""").Ok();
        Assert.Equal($"objects/{first}", one.GetProperty("message").GetProperty("target").GetString());

        await rest.PatchAsync($"/v1/objects/{first}?updateMask=names", "{}").Ok();
        Assert.Equal(HttpStatusCode.NotFound, (await rest.PostAsync("/v1/messages", $$"""{"target":"names/{{name}}"}""")).Status);
        await rest.PostAsync($"/v1/objects?objectId={second}", $$"""{"names":["{{name}}"]}""").Ok();
        var two = await rest.PostAsync("/v1/messages", $$"""{"target":"names/{{name}}"}""").Ok();
        Assert.Equal($"objects/{second}", two.GetProperty("message").GetProperty("target").GetString());
    }

    [Fact]
    public async Task SendMessage_SameRequestId_IsTheSameMessage()
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        var body = $$"""{"target":"objects/{{id}}","requestId":"r1"}""";
        var first = (await rest.PostAsync("/v1/messages", body).Ok()).GetProperty("message").GetProperty("name").GetString();
        var second = (await rest.PostAsync("/v1/messages", body).Ok()).GetProperty("message").GetProperty("name").GetString();
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task Messages_OfAnotherSender_AreDeniedAndNotListed()
    {
        var (own, mine, _) = await door.NewApplicationAsync();
        var (_, others, _) = await door.NewApplicationAsync();
        using (mine)
        using (others)
        {
            var id = await door.NewObjectAsync();
            var name = (await mine.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}"}""").Ok()).GetProperty("message").GetProperty("name").GetString();
            var read = await mine.GetAsync($"/v1/{name}").Ok();
            Assert.Equal($"applications/{own}", read.GetProperty("application").GetString());
            foreach (var path in new[] { $"/v1/{name}", $"/v1/{name}:explain" }) Assert.Equal(HttpStatusCode.Forbidden, (await others.GetAsync(path)).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await others.PostAsync($"/v1/{name}:cancel", "{}")).Status);
            Assert.Equal(0, (await others.GetAsync("/v1/messages").Ok()).GetProperty("messages").GetArrayLength());
            Assert.Equal(1, (await mine.GetAsync("/v1/messages").Ok()).GetProperty("messages").GetArrayLength());
        }
    }

    [Fact]
    public async Task ListMessages_FilterAndPages_NewestFirst()
    {
        var (_, rest, _) = await door.NewApplicationAsync();
        using (rest)
        {
            var id = await door.NewObjectAsync();
            var names = new List<string>();
            for (var i = 0; i < 5; i++)
            {
                var sent = await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","priority":{{i}} }""").Ok();
                names.Insert(0, sent.GetProperty("message").GetProperty("name").GetString()!);
            }

            await rest.PostAsync($"/v1/{names[0]}:cancel", "{}").Ok();
            var found = new List<string>();
            var token = "";
            do
            {
                var page = await rest.GetAsync($"/v1/messages?pageSize=2&pageToken={token}").Ok();
                found.AddRange(page.GetProperty("messages").EnumerateArray().Select(item => item.GetProperty("name").GetString()!));
                token = page.GetProperty("nextPageToken").GetString();
            }
            while (token!.Length > 0);
            Assert.Equal(names, found);

            var waiting = await rest.GetAsync($"/v1/messages?filter={Uri.EscapeDataString($"state = WAITING AND target = objects/{id} AND priority < 2")}").Ok();
            Assert.Equal(2, waiting.GetProperty("messages").GetArrayLength());
            var cancelled = await rest.GetAsync($"/v1/messages?filter={Uri.EscapeDataString("outcome = CANCELLED")}").Ok();
            Assert.Equal(names[0], Assert.Single(cancelled.GetProperty("messages").EnumerateArray()).GetProperty("name").GetString());
        }
    }

    [Fact]
    public async Task GetAndCancelMessage_OfAGroup_CountAndCancelItsMembersParts()
    {
        using var rest = door.Rest();
        var group = door.NewName("group");
        var (one, two) = (await door.NewObjectAsync(), await door.NewObjectAsync());
        await rest.PostAsync($"/v1/groups?groupId={group}", $$"""{"members":["objects/{{one}}","objects/{{two}}"]}""").Ok();
        var sent = await rest.PostAsync("/v1/messages", $$"""{"target":"groups/{{group}}","payload":"AQ=="}""").Ok();
        var name = sent.GetProperty("message").GetProperty("name").GetString();

        var parts = (await rest.GetAsync($"/v1/messages?filter={Uri.EscapeDataString($"parent = {name}")}").Ok()).GetProperty("messages");
        Assert.Equal(2, parts.GetArrayLength());
        var ended = parts.EnumerateArray().Single(part => part.GetProperty("target").GetString() == $"objects/{one}");
        Assert.True(MessageId.TryParse(ended.GetProperty("name").GetString()!["messages/".Length..], out var id));
        await door.Object(one).Result(new Speaker(one, Strength.Claimed, Bearer.Coap, "127.0.0.1:40000"), id, new MessageResult(true));

        var outcomes = (await rest.GetAsync($"/v1/{name}").Ok()).GetProperty("memberOutcomes");
        Assert.Equal(1, outcomes.GetProperty("APPLIED").GetInt32());
        Assert.Equal(1, outcomes.GetProperty("WAITING").GetInt32());

        var cancelled = (await rest.PostAsync($"/v1/{name}:cancel", "{}").Ok()).GetProperty("memberOutcomes");
        Assert.Equal(1, cancelled.GetProperty("APPLIED").GetInt32());
        Assert.Equal(1, cancelled.GetProperty("CANCELLED").GetInt32());
        Assert.Equal("FAILED_PRECONDITION", (await rest.PostAsync($"/v1/{name}:cancel", "{}")).Reason);
    }

    [Theory]
    [InlineData("/v1/messages/xyz", HttpStatusCode.BadRequest)]
    [InlineData("/v1/messages/0000000000000001", HttpStatusCode.NotFound)]
    [InlineData("/v1/messages/0000000000000001:explain", HttpStatusCode.NotFound)]
    public async Task GetMessage_ThatIsNone_SaysSo(string path, HttpStatusCode expected)
    {
        using var rest = door.Rest();
        Assert.Equal(expected, (await rest.GetAsync(path)).Status);
    }
}
