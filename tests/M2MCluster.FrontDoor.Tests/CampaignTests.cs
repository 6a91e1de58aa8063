using System.Net;
using System.Text.Json;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.FrontDoor.Tests;

[Collection(FrontDoorCollection.Name)]
public sealed class CampaignTests(FrontDoorFixture door)
{
    [Fact]
    public async Task SendMessage_ToAThousand_EachHasItInItsMailboxAndItsOutcomeIsWatched()
    {
        var (app, rest, _) = await door.NewApplicationAsync();
        var prefix = door.NewName("fleet");
        using var body = new StringContent(string.Join('\n', Enumerable.Range(0, 1000).Select(i => $$$"""{"objectId":"{{{prefix}}}-{{{i:d4}}}","securityPolicy":{"plain":"FULL"}}""")));
        body.Headers.ContentType = new("application/x-ndjson");
        (await rest.Http.PostAsync(new Uri($"/v1/objects:import?importId={prefix}", UriKind.Relative), body)).EnsureSuccessStatusCode();
        await rest.PostAsync($"/v1/groups?groupId={prefix}", "{}").Ok();
        var added = await rest.PostAsync($"/v1/groups/{prefix}:addMatching", $$"""{"filter":"id = \"{{prefix}}-*\""}""").Ok();
        Assert.Equal((1000, 1000), (added.GetProperty("matched").GetInt32(), added.GetProperty("group").GetProperty("memberCount").GetInt32()));

        var sent = await rest.PostAsync("/v1/messages", $$$"""{"target":"groups/{{{prefix}}}","payload":"aGVsbG8=","contentType":"text/plain","confirmation":"APPLIED","campaign":{"rate":100000}}""").Ok();
        var name = sent.GetProperty("message").GetProperty("name").GetString()!;
        await UntilAsync(rest, name, message => message.GetProperty("campaign").GetProperty("phase").GetString() == "DISPATCHED");
        Assert.Equal(1000, (await rest.GetAsync($"/v1/{name}").Ok()).GetProperty("memberOutcomes").GetProperty("WAITING").GetInt32());

        using var watch = await rest.Http.GetAsync(new Uri($"/v1/{name}:watchOutcomes", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await watch.Content.ReadAsStreamAsync());
        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            var member = $"{prefix}-{i:d4}";
            var speaker = new Speaker(member, Strength.Claimed, Bearer.Coap, "127.0.0.1:40000");
            var message = await door.Object(member).Fetch(speaker, null);
            Assert.Equal("hello"u8.ToArray(), message!.Payload);
            await door.Object(member).Result(speaker, message.Id, new MessageResult(i % 10 != 0));
        });
        var outcomes = new Dictionary<string, string>();
        while (await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } line)
        {
            var outcome = JsonSerializer.Deserialize<JsonElement>(line);
            outcomes.Add(outcome.GetProperty("target").GetString()!, outcome.GetProperty("outcome").GetString()!);
        }

        Assert.Equal((900, 100), (outcomes.Values.Count(outcome => outcome == "APPLIED"), outcomes.Values.Count(outcome => outcome == "REJECTED")));
        var ended = await rest.GetAsync($"/v1/{name}").Ok();
        Assert.Equal(("FAILED", "ENDED"), (ended.GetProperty("outcome").GetString(), ended.GetProperty("campaign").GetProperty("phase").GetString()));
        var told = await rest.GetAsync($"/v1/applications/{app}/events?pageSize=1000").Ok();
        Assert.Contains(told.GetProperty("events").EnumerateArray(), one => one.GetProperty("type").GetString() == "m2m.message.outcome");
    }

    [Fact]
    public async Task Campaign_PausedResumedAndCancelled_SaysHowFarItIs()
    {
        using var rest = door.Rest();
        var members = new[] { await door.NewObjectAsync(), await door.NewObjectAsync(), await door.NewObjectAsync() };
        var group = door.NewName("group");
        await rest.PostAsync($"/v1/groups?groupId={group}", $$"""{"members":[{{string.Join(',', members.Select(id => $"\"objects/{id}\""))}}]}""").Ok();
        var sent = await rest.PostAsync("/v1/messages", $$$"""{"target":"groups/{{{group}}}","campaign":{"canary":0.3}}""").Ok();
        var name = sent.GetProperty("message").GetProperty("name").GetString()!;
        await UntilAsync(rest, name, message => message.GetProperty("campaign").GetProperty("phase").GetString() == "CANARY");

        var paused = await rest.PostAsync($"/v1/{name}:pause", "{}").Ok();
        Assert.Equal(("PAUSED", 1, 3), Progress(paused));
        await rest.PostAsync($"/v1/{name}:resume", "{}").Ok();
        Assert.Equal("FAILED_PRECONDITION", (await rest.PostAsync($"/v1/{name}:resume", "{}")).Reason);
        await rest.PostAsync($"/v1/{name}:cancel", "{}").Ok();
        var ended = await UntilAsync(rest, name, message => message.GetProperty("state").GetString() == "ENDED");
        Assert.Equal("CANCELLED", ended.GetProperty("outcome").GetString());
        Assert.Equal(3, ended.GetProperty("memberOutcomes").GetProperty("CANCELLED").GetInt32());
    }

    [Fact]
    public async Task Groups_WithRules_AreWrittenAndRead()
    {
        using var rest = door.Rest();
        var member = await door.NewObjectAsync();
        var (inner, outer) = (door.NewName("group"), door.NewName("group"));
        await rest.PostAsync($"/v1/groups?groupId={inner}", $$"""{"members":["objects/{{member}}"]}""").Ok();
        var made = await rest.PostAsync($"/v1/groups?groupId={outer}", $$$"""{"members":["groups/{{{inner}}}"],"filter":"kind = \"GATEWAY\" AND id = \"none\"","characteristics":{"reportPeriod":60},"precedence":2}""").Ok();
        Assert.Equal($"groups/{inner}", made.GetProperty("groups")[0].GetString());
        Assert.Equal(60, made.GetProperty("characteristics").GetProperty("reportPeriod").GetDouble());
        Assert.True((await rest.GetAsync($"/v1/groups/{outer}/members:test?member=objects/{member}").Ok()).GetProperty("member").GetBoolean());
        Assert.Equal($"objects/{member}", (await rest.GetAsync($"/v1/groups/{outer}/members").Ok()).GetProperty("members")[0].GetString());
        Assert.Equal(2, (await rest.GetAsync($"/v1/objects/{member}/groups").Ok()).GetProperty("groups").GetArrayLength());

        var listed = (await rest.GetAsync($"/v1/objects?filter={Uri.EscapeDataString($"id = \"{member}\"")}").Ok()).GetProperty("objects")[0];
        var effective = listed.GetProperty("effectiveCharacteristics").GetProperty("reportPeriod");
        Assert.Equal(("GROUP", $"groups/{outer}", 60), (effective.GetProperty("source").GetString(), effective.GetProperty("group").GetString(), effective.GetProperty("value").GetInt32()));

        Assert.Equal("FAILED_PRECONDITION", (await rest.PostAsync($"/v1/groups/{inner}:addMembers", $$"""{"members":["groups/{{outer}}"]}""")).Reason);
        var patched = await rest.PatchAsync($"/v1/groups/{outer}?updateMask=filter,precedence", """{"filter":"","precedence":3}""").Ok();
        Assert.Equal(("", 3), (patched.GetProperty("filter").GetString(), patched.GetProperty("precedence").GetInt32()));
        var wrong = await rest.PatchAsync($"/v1/groups/{outer}", """{"filter":"colour = 1","characteristics":{"reportPeriod":-1,"groupAddress":"192.0.2.1:5683"},"precedence":9000000}""");
        Assert.Equal((HttpStatusCode.BadRequest, 4), (wrong.Status, wrong.Violations.Count));
    }

    [Fact]
    public async Task SendMessage_ModeOrCampaignToAnObject_IsRefused()
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        var answer = await rest.PostAsync("/v1/messages", $$$"""{"target":"objects/{{{id}}}","mode":"ANYCAST","campaign":{"rate":-1,"canary":2}}""");
        Assert.Equal(["mode", "campaign", "campaign.rate", "campaign.canary"], answer.Violations);
    }

    private static (string Phase, int Dispatched, int Targets) Progress(JsonElement message)
    {
        var campaign = message.GetProperty("campaign");
        return (campaign.GetProperty("phase").GetString()!, campaign.GetProperty("dispatched").GetInt32(), campaign.GetProperty("targets").GetInt32());
    }

    private static async Task<JsonElement> UntilAsync(RestClient rest, string name, Func<JsonElement, bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var message = await rest.GetAsync($"/v1/{name}").Ok();
            if (holds(message)) return message;
            await Task.Delay(50, patience.Token);
        }
    }
}
