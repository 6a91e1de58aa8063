using System.Net;
using System.Text;
using Grpc.Core;

namespace M2MCluster.FrontDoor.Tests;

/// <summary>What somebody expects who knows HTTP, the JSON mapping of protobuf and Google's AIPs, and nothing of us.</summary>
[Collection(FrontDoorCollection.Name)]
public sealed class ConventionsTests(FrontDoorFixture door)
{
    [Theory]
    [InlineData("PUT", "/v1/objects/o", "DELETE, GET, PATCH")]
    [InlineData("HEAD", "/v1/objects", "GET, POST")]
    [InlineData("DELETE", "/v1/messages/0123456789abcdef:cancel", "POST")]
    [InlineData("GET", "/v1/objects:import", "POST")]
    public async Task Verb_ThatThePathDoesNotHave_Is405WithThoseThatItHas(string verb, string path, string allowed)
    {
        using var rest = door.Rest();
        using var request = new HttpRequestMessage(new(verb), path);
        using var response = await rest.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Superset(allowed.Split(", ").ToHashSet(), response.Content.Headers.Allow.ToHashSet());
        Assert.DoesNotContain(verb, response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("GET", "/v1/nothing")]
    [InlineData("POST", "/v1/objects/o:what")]
    [InlineData("GET", "/v1/objects/o/what")]
    public async Task Path_ThatIsNotThere_Is404(string verb, string path)
    {
        using var rest = door.Rest();
        Assert.Equal(HttpStatusCode.NotFound, (await rest.SendAsync(new(verb), path, verb == "POST" ? "{}" : null)).Status);
    }

    [Theory]
    [InlineData("""{"kind":"WHAT"}""", "kind")]
    [InlineData("""{"kind":true}""", "kind")]
    [InlineData("""{"displayName":5}""", "displayName")]
    [InlineData("""{"characteristics":"x"}""", "characteristics")]
    [InlineData("""{"names":"imei:1"}""", "names")]
    [InlineData("""{"names":["imei:1",2]}""", "names[1]")]
    [InlineData("""{"mailbox":{"maxMessages":"many"}}""", "mailbox.maxMessages")]
    [InlineData("""{"mailbox":{"maxMessages":1.5}}""", "mailbox.maxMessages")]
    [InlineData("""{"mailbox":[]}""", "mailbox")]
    [InlineData("""[]""", "")]
    [InlineData("null", "")]
    public async Task Body_ValueThatItsFieldCannotHave_IsNamed(string body, string field)
    {
        using var rest = door.Rest();
        var answer = await rest.PostAsync($"/v1/objects?objectId={door.NewName("o")}", body);
        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_ARGUMENT"), (answer.Status, answer.Reason));
        Assert.Equal([field], answer.Violations);
        Assert.DoesNotContain("M2MCluster", answer.Body.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"target":"objects/o","ttl":"soon"}""", "ttl")]
    [InlineData("""{"target":"objects/o","ttl":5}""", "ttl")]
    [InlineData("""{"target":"objects/o","payload":"@"}""", "payload")]
    [InlineData("""{"target":"objects/o","window":{"notBefore":"tomorrow"}}""", "window.notBefore")]
    [InlineData("""{"target":"objects/o","pathPolicy":{"bearers":["COAP","PIGEON"]}}""", "pathPolicy.bearers[1]")]
    public async Task Body_TimesBytesAndLists_AreNamedToo(string body, string field)
    {
        using var rest = door.Rest();
        Assert.Equal([field], (await rest.PostAsync("/v1/messages", body)).Violations);
    }

    [Theory]
    [InlineData("/v1/objects?pageSize=many", "pageSize")]
    [InlineData("/v1/objects/o/reports?from=yesterday", "from")]
    public async Task Parameter_ValueThatItCannotHave_IsNamed(string path, string field)
    {
        using var rest = door.Rest();
        Assert.Equal([field], (await rest.GetAsync(path)).Violations);
    }

    [Theory]
    [InlineData("+/8=")]
    [InlineData("-_8=")]
    [InlineData("-_8")]
    [InlineData("+/8")]
    public async Task Bytes_InEitherAlphabetWithOrWithoutPadding_AreRead(string payload)
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        var sent = await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","payload":"{{payload}}","contentType":"text/plain"}""").Ok();
        Assert.Equal("+/8=", sent.GetProperty("message").GetProperty("payload").GetString());
        Assert.Equal("text/plain", sent.GetProperty("message").GetProperty("contentType").GetString());
    }

    [Fact]
    public async Task Body_AFieldThatComesOverAndOver_IsRefusedOnce()
    {
        using var rest = door.Rest();
        var again = string.Concat(Enumerable.Repeat("""
            "payload":"AA",
            """, 200_000));
        var answer = await rest.PostAsync("/v1/messages", $$"""{{{again}}"target":"objects/o"}""");
        Assert.Equal((HttpStatusCode.BadRequest, "payload"), (answer.Status, Assert.Single(answer.Violations)));
        // By either of its names.
        Assert.Equal(["content_type"], (await rest.PostAsync("/v1/messages", """{"target":"objects/o","contentType":"a/b","content_type":"a/b"}""")).Violations);
    }

    [Fact]
    public async Task Query_ParameterOfAListWithoutABody_IsAList()
    {
        using var rest = door.Rest();
        var (group, first, second) = (door.NewName("group"), await door.NewObjectAsync(), await door.NewObjectAsync());
        await rest.PostAsync($"/v1/groups?groupId={group}", "{}").Ok();
        await rest.SendAsync(HttpMethod.Post, $"/v1/groups/{group}:addMembers?members=objects/{first}", null).Ok();
        await rest.SendAsync(HttpMethod.Post, $"/v1/groups/{group}:addMembers?members=objects/{first}&members=objects/{second}", null).Ok();

        var members = (await rest.GetAsync($"/v1/groups/{group}/members").Ok()).GetRawText();
        Assert.Contains(first, members, StringComparison.Ordinal);
        Assert.Contains(second, members, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("characteristics.position.latitude")]
    [InlineData("characteristics.")]
    [InlineData("characteristics.*")]
    public async Task Mask_NamesNoCharacteristic_IsRefused(string mask)
    {
        using var rest = door.Rest();
        var id = door.NewName("o");
        await rest.PostAsync($"/v1/objects?objectId={id}", """{"characteristics":{"position":{"latitude":1},"a.b":1}}""").Ok();
        var wrong = await rest.PatchAsync($"/v1/objects/{id}?updateMask={mask}", """{"characteristics":{"position":{"latitude":2}}}""");
        Assert.Equal((HttpStatusCode.BadRequest, "updateMask"), (wrong.Status, Assert.Single(wrong.Violations)));

        // With a dot in its own name it is one.
        var patched = await rest.PatchAsync($"/v1/objects/{id}?updateMask=characteristics.a.b", "{}").Ok();
        Assert.DoesNotContain("a.b", patched.GetProperty("characteristics").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filter_Number_IsComparedByValueOnlyWithNumbers()
    {
        using var rest = door.Rest();
        var (text, number) = (door.NewName("o"), door.NewName("o"));
        await rest.PostAsync($"/v1/objects?objectId={text}", $$"""{"characteristics":{"{{text}}":"12"} }""").Ok();
        await rest.PostAsync($"/v1/objects?objectId={number}", $$"""{"characteristics":{"{{text}}":12} }""").Ok();

        Assert.Equal([$"objects/{number}"], await FoundAsync("0012"));
        Assert.Equal(new[] { $"objects/{text}", $"objects/{number}" }.Order(StringComparer.Ordinal), await FoundAsync("12"));
        async Task<IEnumerable<string>> FoundAsync(string value) => (await rest.GetAsync($"/v1/objects?filter={Uri.EscapeDataString($"characteristics.\"{text}\" = {value}")}").Ok())
            .GetProperty("objects").EnumerateArray().Select(found => found.GetProperty("name").GetString()!).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Filter_FieldOfMorePartsThanAny_IsRefused()
    {
        using var rest = door.Rest();
        Assert.Equal(["filter"], (await rest.GetAsync($"/v1/objects?filter=characteristics.{string.Join('.', Enumerable.Repeat("a", 16))}=1")).Violations);
        await rest.GetAsync($"/v1/objects?filter=characteristics.{string.Join('.', Enumerable.Repeat("a", 15))}=1").Ok();
    }

    [Fact]
    public async Task Query_OfACallWithABody_IsTakenWithoutOneAndRefusedBesideOne()
    {
        var (id, client, _) = await door.NewApplicationAsync();
        using (client)
        {
            var cursor = (await client.GetAsync($"/v1/applications/{id}/events").Ok()).GetProperty("cursor").GetString();
            await client.SendAsync(HttpMethod.Post, $"/v1/applications/{id}/events:acknowledge?cursor={cursor}", null).Ok();
            Assert.Equal(["ttl"], (await client.PostAsync("/v1/messages?ttl=5s", """{"target":"objects/o"}""")).Violations);
        }
    }

    [Fact]
    public async Task UpdateMask_OfMembers_ChangesThoseAlone()
    {
        using var rest = door.Rest();
        var id = door.NewName("o");
        await rest.PostAsync($"/v1/objects?objectId={id}", """{"characteristics":{"a":1,"b":2,"c":3},"mailbox":{"maxMessages":7,"maxBytes":2048},"securityPolicy":{"plain":"FULL"}}""").Ok();
        var changed = await rest.PatchAsync(
            $"/v1/objects/{id}?updateMask=characteristics.a,characteristics.b,mailbox.maxMessages,securityPolicy.plain",
            """{"characteristics":{"a":9,"c":9},"mailbox":{"maxMessages":5,"maxBytes":4096},"securityPolicy":{"plain":"REPORTS"}}""").Ok();
        Assert.Equal("""{"a":9,"c":3}""", changed.GetProperty("characteristics").GetRawText().Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal((5, 2048), (changed.GetProperty("mailbox").GetProperty("maxMessages").GetInt32(), changed.GetProperty("mailbox").GetProperty("maxBytes").GetInt32()));
        Assert.Equal("REPORTS", changed.GetProperty("securityPolicy").GetProperty("plain").GetString());
        Assert.Equal(["updateMask"], (await rest.PatchAsync($"/v1/objects/{id}?updateMask=mailbox.what", "{}")).Violations);
        Assert.Equal(["updateMask"], (await rest.PatchAsync($"/v1/objects/{id}?updateMask=displayName.what", "{}")).Violations);
    }

    [Theory]
    [InlineData("name = \"objects/{0}\"", true)]
    [InlineData("name = \"objects/{0}x\"", false)]
    [InlineData("displayName = 'Meter *'", true)]
    [InlineData("display_name = \"* seven\"", true)]
    [InlineData("names = \"serial:{0}\"", true)]
    [InlineData("securityPolicy.plain = FULL", true)]
    [InlineData("security_policy.plain = NONE", false)]
    [InlineData("createTime > \"2020-01-01T00:00:00Z\"", true)]
    [InlineData("createTime > \"2020-01-01T00:00:00+02:00\" AND update_time < 2020-01-01T00:00:00Z", false)]
    [InlineData("characteristics.level = 7.0", true)]
    [InlineData("characteristics.level = \"7.0\"", false)]
    [InlineData("characteristics.site.floor = 3", true)]
    [InlineData("characteristics.\"serial no\" = A1", true)]
    [InlineData("characteristics.'serial no' = A2", false)]
    public async Task Filter_ByFieldsOfTheResource_FindsTheObject(string filter, bool found)
    {
        using var rest = door.Rest();
        var id = door.NewName("filtered");
        await rest.PostAsync($"/v1/objects?objectId={id}", $$$"""
            {"displayName":"Meter seven","names":["serial:{{{id}}}"],"securityPolicy":{"plain":"FULL"},"characteristics":{"level":7,"site":{"floor":3},"serial no":"A1"}}
            """).Ok();
        var text = Uri.EscapeDataString($"id = \"{id}\" AND ({string.Format(null, filter, id)})");
        Assert.Equal(found ? 1 : 0, (await rest.GetAsync($"/v1/objects?filter={text}").Ok()).GetProperty("objects").GetArrayLength());
    }

    [Theory]
    [InlineData("objects", "kind = NOPE")]
    [InlineData("objects", "plain = nope")]
    [InlineData("messages", "state = WAITED")]
    [InlineData("messages", "outcome != LOST")]
    public async Task Filter_ByAValueThatThereIsNot_IsRefused(string collection, string filter)
    {
        using var rest = door.Rest();
        Assert.Equal(["filter"], (await rest.GetAsync($"/v1/{collection}?filter={Uri.EscapeDataString(filter)}")).Violations);
    }

    [Fact]
    public async Task Filter_OfMessages_ByTheirFields()
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        var sent = await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","confirmation":"APPLIED","contentType":"text/plain","coalesceKey":"k","priority":3}""").Ok();
        var name = sent.GetProperty("message").GetProperty("name").GetString();
        foreach (var filter in new[] { $"name = \"{name}\"", "confirmation = APPLIED", "contentType = \"text/*\"", "coalesceKey = k", "acceptTime > 2020-01-01T00:00:00Z", "application = \"\"", "priority = 3.0" })
        {
            var page = await rest.GetAsync($"/v1/messages?filter={Uri.EscapeDataString($"target = \"objects/{id}\" AND {filter}")}").Ok();
            Assert.Equal(name, Assert.Single(page.GetProperty("messages").EnumerateArray()).GetProperty("name").GetString());
        }
    }

    [Fact]
    public async Task SendMessage_ToABareName_ReachesWhatBearsIt()
    {
        using var rest = door.Rest();
        var id = door.NewName("o");
        await rest.PostAsync($"/v1/objects?objectId={id}", $$"""{"names":["urn:dev:ops:{{id}}"]}""").Ok();
        var sent = await rest.PostAsync("/v1/messages", $$"""{"target":"urn:dev:ops:{{id}}"}""").Ok();
        Assert.Equal($"objects/{id}", sent.GetProperty("message").GetProperty("target").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await rest.PostAsync("/v1/messages", """{"target":"urn:dev:ops:nobody"}""")).Status);
    }

    [Fact]
    public async Task Groups_SearchTestAndMembers_WorkByEitherPath()
    {
        using var rest = door.Rest();
        var group = door.NewName("g");
        var (first, second) = (await door.NewObjectAsync(), await door.NewObjectAsync());
        await rest.PostAsync($"/v1/groups?groupId={group}", "{}").Ok();
        await rest.PostAsync($"/v1/groups/{group}/members", $$"""{"members":["objects/{{first}}","objects/{{second}}"]}""").Ok();
        var filter = $"id = \"{first}\"";
        var found = await rest.GetAsync($"/v1/groups/{group}:search?filter={Uri.EscapeDataString(filter)}").Ok();
        Assert.Equal($"objects/{first}", Assert.Single(found.GetProperty("members").EnumerateArray()).GetString());
        Assert.True((await rest.GetAsync($"/v1/groups/{group}:test?member=objects/{second}").Ok()).GetProperty("member").GetBoolean());
        Assert.True((await rest.PostAsync($"/v1/groups/{group}:test", $$"""{"member":"objects/{{second}}"}""").Ok()).GetProperty("member").GetBoolean());
        var left = await rest.PostAsync($"/v1/groups/{group}/members:remove", $$"""{"members":["objects/{{second}}"]}""").Ok();
        Assert.Equal(1, left.GetProperty("memberCount").GetInt32());
    }

    [Theory]
    [InlineData("m2m.object.*", "m2m.object.*")]
    [InlineData("message.outcome", "m2m.message.outcome")]
    public async Task CreateSubscription_OfAKind_IsJoinedToItsFilter(string kind, string type)
    {
        var (id, client, _) = await door.NewApplicationAsync();
        using (client)
        {
            var made = await client.PostAsync($"/v1/applications/{id}/subscriptions", $$"""{"kind":"{{kind}}","object":"objects/o"}""").Ok();
            Assert.Equal($"type = \"{type}\" AND object = \"o\"", made.GetProperty("filter").GetString());
        }
    }

    [Theory]
    [InlineData(null, "{\"objectId\":\"ID\",\"object\":{\"kind\":\"GATEWAY\"}}")]
    [InlineData("application/x-www-form-urlencoded", "\n{\"objectId\":\"ID\",\"kind\":\"GATEWAY\",\"mqttSecret\":{\"secret\":\"at-least-22-characters-long\"}}")]
    [InlineData("application/json", "{\"object_id\":\"ID\",\"kind\":\"GATEWAY\"}")]
    [InlineData("application/octet-stream", "objectId,kind\nID,GATEWAY\n")]
    public async Task Import_TextThatDoesNotSayWhatItIs_IsSeen(string? type, string text)
    {
        using var rest = door.Rest();
        var id = door.NewName("imported");
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(text.Replace("ID", id, StringComparison.Ordinal)));
        if (type is not null) body.Headers.ContentType = new(type);
        using var response = await rest.Http.PostAsync("/v1/objects:import", body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        Assert.Equal("GATEWAY", (await rest.GetAsync($"/v1/objects/{id}").Ok()).GetProperty("kind").GetString());
    }

    [Fact]
    public async Task GrpcMessage_OfARefusalBeforeTheCall_IsReadByAnyClient()
    {
        using var http = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(door.Grpc, "/m2m.v1.ObjectService/GetObject")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Content = new ByteArrayContent([0, 0, 0, 0, 0]);
        request.Content.Headers.ContentType = new("application/grpc");
        using var response = await http.SendAsync(request);
        Assert.Equal($"{(int)StatusCode.Unauthenticated}", response.Headers.GetValues("grpc-status").Single());
        Assert.Equal("an API key is needed: Authorization: Bearer KEY", response.Headers.GetValues("grpc-message").Single());
    }
}
