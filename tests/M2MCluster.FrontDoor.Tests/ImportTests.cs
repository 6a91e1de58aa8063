using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using M2MCluster.Contracts.Objects;
using M2MCluster.Testing;

namespace M2MCluster.FrontDoor.Tests;

[Collection(FrontDoorCollection.Name)]
public sealed class ImportTests(FrontDoorFixture door)
{
    private const string Secret = "a-secret-of-enough-characters";

    [Fact]
    public async Task ImportObjects_Items_AreAsCreateObjectMakesThem()
    {
        var prefix = door.NewName("import");
        using var rest = door.Rest();
        await rest.PostAsync($"/v1/objects?objectId={prefix}-gw", """{"kind":"GATEWAY"}""").Ok();
        var body = $$$"""{"displayName":"Meter","characteristics":{"sleeping":true,"site":{"floor":3}},"securityPolicy":{"plain":"REPORTS"},"gateway":"objects/{{{prefix}}}-gw","names":["imei:{{{prefix}}}-X"],"mailbox":{"maxMessages":5}}""";
        await rest.PostAsync($"/v1/objects?objectId={prefix}-created", body.Replace("-X", "-created", StringComparison.Ordinal)).Ok();
        var like = V1.Object.Parser.ParseJson(body.Replace("-X", "-imported", StringComparison.Ordinal));

        var done = await ImportAsync(prefix, Item($"{prefix}-imported", like));

        Assert.Equal((1, 0, 0), (done.Response.Created, done.Response.Failed, done.Response.Unchanged));
        var created = await rest.GetAsync($"/v1/objects/{prefix}-created").Ok();
        var imported = await rest.GetAsync($"/v1/objects/{prefix}-imported").Ok();
        Assert.Equal(Neutral(created, "-created"), Neutral(imported, "-imported"));
        Assert.Equal($"objects/{prefix}-imported", (await rest.GetAsync($"/v1/names/imei:{prefix}-imported").Ok()).GetProperty("resource").GetString());

        static string Neutral(JsonElement of, string suffix) => string.Join('\n', of.EnumerateObject()
            .Where(member => member.Name is not ("createTime" or "updateTime")).Select(member => member.ToString().Replace(suffix, "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ImportObjects_BadLines_AreToldAndTheGoodOnesGoIn()
    {
        var prefix = door.NewName("import");
        using var rest = door.Rest();
        await rest.PostAsync($"/v1/objects?objectId={prefix}-there", $$"""{"names":["serial:{{prefix}}-taken"]}""").Ok();
        var text = $$$"""
            {"objectId":"{{{prefix}}}-1","mqttSecret":"{{{Secret}}}"}
            {"objectId":"a b","characteristics":{"inFlight":99}}
            {"objectId":"{{{prefix}}}-3","mqttSecret":"short"}
            not json

            {"objectId":"{{{prefix}}}-6","colour":"red"}
            {"objectId":"{{{prefix}}}-7","names":["serial:{{{prefix}}}-taken"]}
            {"objectId":"{{{prefix}}}-there","displayName":"other"}
            {"objectId":"{{{prefix}}}-1","mqttSecret":"{{{Secret}}}"}
            {"objectId":"{{{prefix}}}-1"}
            {"objectId":"{{{prefix}}}-11","gateway":"objects/{{{prefix}}}-11"}
            {"objectId":"{{{prefix}}}-12","kind":"GATEWAY"}
            """;

        var operation = await PostAsync($"?importId={prefix}", text, "application/x-ndjson").Ok();

        Assert.True(operation.GetProperty("done").GetBoolean());
        Assert.Equal((2, 1, 8), Counts(operation));
        Assert.Equal(12, operation.GetProperty("metadata").GetProperty("committedLine").GetInt32());
        var errors = (await rest.GetAsync($"/v1/operations/{prefix}/errors").Ok()).GetProperty("errors").EnumerateArray()
            .Select(error => $"{error.GetProperty("line")} {error.GetProperty("field").GetString()}").Order(StringComparer.Ordinal);
        Assert.Equal(
            new[] { "2 objectId", "2 characteristics.inFlight", "3 mqttSecret", "4 ", "6 colour", "7 names", "8 displayName", "10 objectId", "11 gateway" }.Order(StringComparer.Ordinal), errors);
        Assert.True(await door.Object($"{prefix}-1").Authenticate(CredentialKind.MqttSecret, Secret));
        Assert.Equal("GATEWAY", (await rest.GetAsync($"/v1/objects/{prefix}-12").Ok()).GetProperty("kind").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await rest.GetAsync($"/v1/objects/{prefix}-11")).Status);
        Assert.Equal("", (await rest.GetAsync($"/v1/objects/{prefix}-there").Ok()).GetProperty("displayName").GetString());
    }

    [Fact]
    public async Task ImportByHttp_Csv_IsReadByItsColumns()
    {
        var prefix = door.NewName("import");
        using var rest = door.Rest();
        var text = $"objectId,plain,displayName,names,characteristics.floor,characteristics.sleeping,gateway,mailbox.maxMessages\r\n"
            + $"{prefix}-1,FULL,\"Meter, \"\"old\"\"\nbelow\",imei:{prefix} serial:{prefix},3,true,gw,7\r\n"
            + $"{prefix}-2,MAYBE,,,,,,\r\n{prefix}-3,FULL\r\n{prefix}-4,,a\"b,,,,,\r\n{prefix}-5,,,,cellar,,,\r\n";

        var operation = await PostAsync($"?importId={prefix}", text, "text/csv", packed: true).Ok();

        Assert.Equal((2, 0, 3), Counts(operation));
        var read = await rest.GetAsync($"/v1/objects/{prefix}-1").Ok();
        Assert.Equal("Meter, \"old\"\nbelow", read.GetProperty("displayName").GetString());
        Assert.Equal(3, read.GetProperty("characteristics").GetProperty("floor").GetInt32());
        Assert.True(read.GetProperty("characteristics").GetProperty("sleeping").GetBoolean());
        Assert.Equal("objects/gw", read.GetProperty("gateway").GetString());
        Assert.Equal(7, read.GetProperty("mailbox").GetProperty("maxMessages").GetInt32());
        Assert.Equal(2, read.GetProperty("names").GetArrayLength());
        Assert.Equal("cellar", (await rest.GetAsync($"/v1/objects/{prefix}-5").Ok()).GetProperty("characteristics").GetProperty("floor").GetString());
        var errors = (await rest.GetAsync($"/v1/operations/{prefix}/errors").Ok()).GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("line").GetInt32());
        Assert.Equal([4, 5, 6], errors);
    }

    [Fact]
    public async Task ImportByHttp_GzipThatBreaksOff_IsNotTakenForTheWhole()
    {
        var prefix = $"i{Guid.NewGuid():n}";
        var text = string.Concat(Enumerable.Range(0, 3000).Select(i => $"{{\"objectId\":\"{prefix}-{i}\",\"object\":{{\"displayName\":\"{Guid.NewGuid()}\"}}}}\n"));
        var refused = await PostAsync($"?importId={prefix}", text, "application/x-ndjson", packed: true, cutOff: 100);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("breaks off", refused.Body.ToString(), StringComparison.Ordinal);

        // The whole file under the same id goes on where it broke off.
        var whole = await PostAsync($"?importId={prefix}", text, "application/x-ndjson", packed: true).Ok();
        Assert.True(whole.GetProperty("done").GetBoolean());
    }

    [Fact]
    public async Task ImportByHttp_FieldThatNoDatabaseTakesAsText_IsToldInPrint()
    {
        var prefix = door.NewName("import");
        using var rest = door.Rest();
        await PostAsync($"?importId={prefix}", $$"""{"co\u0000lour":1}{{"\n"}}{"{{new string('x', 5000)}}":1}""", "application/x-ndjson").Ok();

        var fields = (await rest.GetAsync($"/v1/operations/{prefix}/errors").Ok()).GetProperty("errors").EnumerateArray()
            .Select(error => error.GetProperty("field").GetString());
        Assert.Equal(["co?lour", new string('x', 200) + "…"], fields);
    }

    [Fact]
    public async Task ImportObjects_KeyRevokedBeforeTheLastLines_WritesNothingOfThem()
    {
        var prefix = door.NewName("import");
        var (app, rest, key) = await door.NewApplicationAsync();
        using var _ = rest;
        using var admin = door.Rest();
        using var call = new V1.ObjectService.ObjectServiceClient(door.Calls(key)).ImportObjects();
        await call.RequestStream.WriteAsync(new() { Config = new() { ImportId = prefix }, Items = { Item(prefix, new()) } });
        await UntilAsync(async () => (await admin.GetAsync($"/v1/operations/{prefix}")).Status == HttpStatusCode.OK);
        foreach (var given in (await admin.GetAsync($"/v1/applications/{app}/keys").Ok()).GetProperty("keys").EnumerateArray())
            await admin.DeleteAsync($"/v1/{given.GetProperty("name").GetString()}").Ok();

        await call.RequestStream.CompleteAsync();

        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.GetAsync($"/v1/objects/{prefix}")).Status);
    }

    [Fact]
    public async Task ImportObjects_LargeObjects_AreCommittedInPartsOfBoundedSize()
    {
        var prefix = door.NewName("import");
        using var call = new V1.ObjectService.ObjectServiceClient(door.Calls()).ImportObjects();
        var large = new V1.Object { Characteristics = new() { Fields = { ["note"] = Google.Protobuf.WellKnownTypes.Value.ForString(new('x', 200_000)) } } };
        await call.RequestStream.WriteAsync(new() { Config = new() { ImportId = prefix } });
        for (var i = 0; i < 100; i++) await call.RequestStream.WriteAsync(new() { Items = { Item($"{prefix}-{i}", large) } });

        var operations = new V1.OperationService.OperationServiceClient(door.Calls());
        await UntilAsync(async () => (await operations.GetOperationAsync(new() { Name = $"operations/{prefix}" })).Metadata.CommittedLine > 0);
        await call.RequestStream.CompleteAsync();
        Assert.Equal(100, (await call).Response.Created);
    }

    [Theory]
    [InlineData("?importId=a%20b", "{}", "application/x-ndjson")]
    [InlineData("?colour=red", "{}", "application/x-ndjson")]
    [InlineData("?update=perhaps", "{}", "application/x-ndjson")]
    [InlineData("", "{}", "application/xml")]
    [InlineData("", "colour\nred\n", "text/csv")]
    public async Task ImportByHttp_WrongRequest_IsRefused(string query, string text, string type) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(query, text, type)).Status);

    [Fact]
    public async Task ImportObjects_Twice_ChangesNothingTheSecondTime()
    {
        var prefix = door.NewName("import");
        var items = Enumerable.Range(0, 2500).Select(i => Item($"{prefix}-{i}", new V1.Object { DisplayName = $"{i}" }, Secret)).ToArray();
        Assert.Equal(2500, (await ImportAsync(prefix, items)).Response.Created);
        var again = await ImportAsync(prefix, items);
        Assert.Equal((0, 2500, 0), (again.Response.Created, again.Response.Unchanged, again.Response.Failed));
        Assert.Single(await door.Object($"{prefix}-7").ListCredentials());
    }

    [Fact]
    public async Task ImportObjects_Update_ChangesWhatDiffers()
    {
        var prefix = door.NewName("import");
        using var rest = door.Rest();
        await ImportAsync(prefix, Item($"{prefix}-1", new V1.Object { DisplayName = "old" }), Item($"{prefix}-2", new V1.Object()));

        var changed = await PostAsync(
            $"?importId={prefix}&update=true",
            $$"""
            {"objectId":"{{prefix}}-1","displayName":"new","mqttSecret":"{{Secret}}"}
            {"objectId":"{{prefix}}-2"}
            {"objectId":"{{prefix}}-3"}
            """, "application/x-ndjson").Ok();

        Assert.Equal((1, 1, 0), Counts(changed));
        Assert.Equal(1, changed.GetProperty("response").GetProperty("updated").GetInt32());
        Assert.Equal("new", (await rest.GetAsync($"/v1/objects/{prefix}-1").Ok()).GetProperty("displayName").GetString());
        Assert.True(await door.Object($"{prefix}-1").Authenticate(CredentialKind.MqttSecret, Secret));
    }

    [Fact]
    public async Task ImportObjects_BrokenOff_GoesOnAfterTheCommittedLine()
    {
        var prefix = door.NewName("import");
        var calls = new V1.ObjectService.ObjectServiceClient(door.Calls());
        var operations = new V1.OperationService.OperationServiceClient(door.Calls());
        using (var broken = calls.ImportObjects())
        {
            await broken.RequestStream.WriteAsync(new() { Config = new() { ImportId = prefix, Format = V1.ImportObjectsConfig.Types.Format.Ndjson } });
            await broken.RequestStream.WriteAsync(new() { Text = ByteString.CopyFromUtf8(Lines(1, 1500)) });
            await UntilAsync(async () => await CommittedAsync() > 0);
        }

        var committed = await CommittedAsync();
        Assert.InRange(committed, 1, 1499);
        // What is in the middle of being written ends first.
        using var call = calls.ImportObjects();
        await call.RequestStream.WriteAsync(new() { Config = new() { ImportId = prefix, Format = V1.ImportObjectsConfig.Types.Format.Ndjson, FirstLine = committed + 1 } });
        await call.RequestStream.WriteAsync(new() { Text = ByteString.CopyFromUtf8(Lines((int)committed + 1, 2000)) });
        await call.RequestStream.CompleteAsync();
        var done = await call;

        Assert.Equal((2000, 0, 0), (done.Response.Created, done.Response.Unchanged, done.Response.Failed));
        Assert.True((await operations.WaitOperationAsync(new() { Name = done.Name })).Done);

        string Lines(int from, int to) => string.Concat(Enumerable.Range(from, to - from + 1).Select(i => $$"""{"objectId":"{{prefix}}-{{i}}"}""" + "\n"));

        async Task<long> CommittedAsync()
        {
            try
            {
                return (await operations.GetOperationAsync(new() { Name = $"operations/{prefix}" })).Metadata.CommittedLine;
            }
            catch (RpcException notYet) when (notYet.StatusCode == StatusCode.NotFound)
            {
                return 0;
            }
        }
    }

    [Fact]
    public async Task CancelOperation_WhileItRuns_EndsTheStream()
    {
        var prefix = door.NewName("import");
        using var rest = door.Rest();
        var calls = new V1.ObjectService.ObjectServiceClient(door.Calls());
        using var call = calls.ImportObjects();
        await call.RequestStream.WriteAsync(new() { Config = new() { ImportId = prefix } });
        await UntilAsync(async () => (await rest.GetAsync($"/v1/operations/{prefix}")).Status == HttpStatusCode.OK);

        var cancelled = await rest.PostAsync($"/v1/operations/{prefix}:cancel", "{}").Ok();
        Assert.Equal(1, cancelled.GetProperty("error").GetProperty("code").GetInt32());
        await call.RequestStream.WriteAsync(new() { Items = { Item($"{prefix}-1", new()) } });
        await call.RequestStream.CompleteAsync();

        Assert.Equal(StatusCode.Aborted, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await rest.GetAsync($"/v1/objects/{prefix}-1")).Status);
        await rest.DeleteAsync($"/v1/operations/{prefix}").Ok();
        Assert.Equal(HttpStatusCode.NotFound, (await rest.GetAsync($"/v1/operations/{prefix}")).Status);
    }

    [Fact]
    public async Task ImportObjects_ObjectThatSomebodyAskedForBefore_IsThereAtOnce()
    {
        var prefix = door.NewName("import");
        using var rest = door.Rest();
        Assert.Equal(HttpStatusCode.NotFound, (await rest.GetAsync($"/v1/objects/{prefix}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await rest.GetAsync($"/v1/names/serial:{prefix}")).Status);
        await ImportAsync(prefix, Item(prefix, new V1.Object { Names = { $"serial:{prefix}" } }));
        await rest.GetAsync($"/v1/objects/{prefix}").Ok();
        await rest.GetAsync($"/v1/names/serial:{prefix}").Ok();
    }

    [Fact]
    public async Task ImportObjects_Subscriber_HearsOfItOnce()
    {
        var prefix = door.NewName("import");
        var (app, own, _) = await door.NewApplicationAsync(subscribed: true);
        using var rest = own;
        await ImportAsync(prefix, [.. Enumerable.Range(0, 10).Select(i => Item($"{prefix}-{i}", new()))]);
        var events = (await rest.GetAsync($"/v1/applications/{app}/events?pageSize=1000").Ok()).GetProperty("events").EnumerateArray()
            .Where(item => item.GetProperty("subject").GetString()!.Contains(prefix, StringComparison.Ordinal)).ToList();
        var told = Assert.Single(events);
        Assert.Equal("m2m.objects.imported", told.GetProperty("type").GetString());
        Assert.Equal($"operations/{prefix}", told.GetProperty("subject").GetString());
        Assert.Equal(10, told.GetProperty("data").GetProperty("created").GetInt32());
        Assert.Equal(HttpStatusCode.Forbidden, (await rest.GetAsync($"/v1/operations/{prefix}")).Status);
        Assert.DoesNotContain(
            (await rest.GetAsync("/v1/operations?pageSize=1000").Ok()).GetProperty("operations").EnumerateArray(),
            operation => operation.GetProperty("name").GetString() == $"operations/{prefix}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ImportObjects_WithoutConfigOrOutOfOrder_IsRefused(bool config)
    {
        var calls = new V1.ObjectService.ObjectServiceClient(door.Calls());
        using var call = calls.ImportObjects();
        var first = new V1.ImportObjectsRequest { Items = { Item(door.NewName("x"), new(), line: 2), Item(door.NewName("x"), new(), line: 1) } };
        if (config) first.Config = new() { ImportId = door.NewName("import") };
        await call.RequestStream.WriteAsync(first);
        await call.RequestStream.CompleteAsync();
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
    }

    private static V1.ImportItem Item(string id, V1.Object item, string secret = "", long line = 0) => new() { Line = line, ObjectId = id, Object = item, MqttSecret = secret };

    private static (int Created, int Unchanged, int Failed) Counts(JsonElement operation)
    {
        var response = operation.GetProperty("response");
        return (Of("created"), Of("unchanged"), Of("failed"));

        int Of(string name) => response.GetProperty(name).GetInt32();
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds()) await poll.WaitForNextTickAsync(patience.Token);
    }

    private async Task<V1.Operation> ImportAsync(string id, params V1.ImportItem[] items)
    {
        using var call = new V1.ObjectService.ObjectServiceClient(door.Calls()).ImportObjects();
        await call.RequestStream.WriteAsync(new() { Config = new() { ImportId = id } });
        foreach (var part in items.Chunk(700)) await call.RequestStream.WriteAsync(new() { Items = { part } });
        await call.RequestStream.CompleteAsync();
        return await call;
    }

    private async Task<RestAnswer> PostAsync(string query, string text, string type, bool packed = false, int cutOff = 0)
    {
        using var rest = door.Rest();
        var bytes = Encoding.UTF8.GetBytes(text);
        if (packed)
        {
            using var small = new MemoryStream();
            await using (var gzip = new GZipStream(small, CompressionLevel.Fastest)) await gzip.WriteAsync(bytes);
            bytes = small.ToArray()[..^cutOff];
        }

        using var body = new ByteArrayContent(bytes);
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (packed) body.Headers.ContentEncoding.Add("gzip");
        using var response = await rest.Http.PostAsync(new Uri($"/v1/objects:import{query}", UriKind.Relative), body);
        return new(response.StatusCode, JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()));
    }
}
