using System.Net;
using Grpc.Core;
using M2MCluster.Testing;

namespace M2MCluster.FrontDoor.Tests;

[Collection(FrontDoorCollection.Name)]
public sealed class ObjectsTests(FrontDoorFixture door)
{
    [Fact]
    public async Task CreateObject_AllFields_AreReadBack()
    {
        using var rest = door.Rest();
        var gateway = door.NewName("gw");
        var id = door.NewName("meter");
        await rest.PostAsync($"/v1/objects?objectId={gateway}", """{"kind":"GATEWAY"}""").Ok();

        await rest.PostAsync($"/v1/objects?objectId={id}", $$$"""
            {"kind":"DEVICE","displayName":"Meter","characteristics":{"sleeping":true,"awakeWindow":93,"site":{"floor":3}},
             "securityPolicy":{"plain":"REPORTS"},"gateway":"objects/{{{gateway}}}","names":["imei:{{{id}}}"],"mailbox":{"maxMessages":5}}
            """).Ok();

        var read = await rest.GetAsync($"/v1/objects/{id}").Ok();
        Assert.Equal($"objects/{id}", read.GetProperty("name").GetString());
        Assert.Equal("DEVICE", read.GetProperty("kind").GetString());
        Assert.Equal(93, read.GetProperty("characteristics").GetProperty("awakeWindow").GetInt32());
        Assert.Equal(3, read.GetProperty("characteristics").GetProperty("site").GetProperty("floor").GetInt32());
        Assert.Equal("PRECONFIGURED", read.GetProperty("effectiveCharacteristics").GetProperty("sleeping").GetProperty("source").GetString());
        Assert.Equal("REPORTS", read.GetProperty("securityPolicy").GetProperty("plain").GetString());
        Assert.Equal($"objects/{gateway}", read.GetProperty("gateway").GetString());
        Assert.Equal(5, read.GetProperty("mailbox").GetProperty("maxMessages").GetInt32());
        Assert.Equal("UNKNOWN", read.GetProperty("status").GetProperty("reachability").GetString());
        Assert.Equal($"objects/{id}", (await rest.GetAsync($"/v1/names/imei:{id}").Ok()).GetProperty("resource").GetString());
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    public async Task CreateObject_IdThatAPathCannotHold_IsRefused(string id)
    {
        using var rest = door.Rest();
        var answer = await rest.PostAsync($"/v1/objects?objectId={id}", "{}");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(["objectId"], answer.Violations);
    }

    [Fact]
    public async Task Objects_IdWithColons_WorksInEveryPath()
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync("urn:dev:mac:0024beffffe804ff1");
        Assert.Equal($"objects/{id}", (await rest.GetAsync($"/v1/objects/{id}").Ok()).GetProperty("name").GetString());
        Assert.Equal($"objects/{id}", (await rest.GetAsync($"/v1/objects/{Uri.EscapeDataString(id)}").Ok()).GetProperty("name").GetString());
        Assert.Equal("x", (await rest.PatchAsync($"/v1/objects/{id}", """{"displayName":"x"}""").Ok()).GetProperty("displayName").GetString());
        await rest.GetAsync($"/v1/objects/{id}/reports").Ok();
        await rest.GetAsync($"/v1/objects/{id}/groups").Ok();

        var credential = (await rest.PostAsync($"/v1/objects/{id}/credentials", """{"mqttSecret":{}}""").Ok()).GetProperty("name").GetString();
        await rest.PostAsync($"/v1/{credential}:rotate", "{}").Ok();

        var group = "floor:" + door.NewName("g");
        await rest.PostAsync($"/v1/groups?groupId={group}", "{}").Ok();
        var changed = await rest.PostAsync($"/v1/groups/{group}:addMembers", $$"""{"members":["objects/{{id}}"]}""").Ok();
        Assert.Equal(1, changed.GetProperty("memberCount").GetInt32());
        Assert.True((await rest.GetAsync($"/v1/groups/{group}/members:test?member=objects/{id}").Ok()).GetProperty("member").GetBoolean());
        Assert.Equal($"groups/{group}", (await rest.GetAsync($"/v1/objects/{id}/groups").Ok()).GetProperty("groups")[0].GetString());

        await rest.DeleteAsync($"/v1/objects/{id}").Ok();
        Assert.Equal(HttpStatusCode.NotFound, (await rest.GetAsync($"/v1/objects/{id}")).Status);
    }

    [Fact]
    public async Task CreateObject_SeveralMistakes_AreToldAtOnce()
    {
        using var rest = door.Rest();
        var answer = await rest.PostAsync("/v1/objects?objectId=a%20b", """{"gateway":"groups/x","names":["nocolon"],"characteristics":{"inFlight":99,"sleeping":"yes"}}""");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(3, answer.Body.GetProperty("code").GetInt32());
        Assert.Equal(["objectId", "characteristics.inFlight", "characteristics.sleeping", "gateway", "names[0]"], answer.Violations);
    }

    [Fact]
    public async Task CreateObject_UnknownFieldsAndParameters_AreRefusedByName()
    {
        using var rest = door.Rest();
        var answer = await rest.PostAsync($"/v1/objects?objectId={door.NewName("o")}&dryRun=1", """{"securitypolicy":{},"mailbox":{"size":3},"characteristics":{"any":{"name":1}}}""");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(["dryRun", "securitypolicy", "mailbox.size"], answer.Violations);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"kind":"TOASTER"}""")]
    [InlineData("""{"displayName":3}""")]
    [InlineData("[]")]
    public async Task CreateObject_BadJson_IsInvalidArgument(string body)
    {
        using var rest = door.Rest();
        var answer = await rest.PostAsync($"/v1/objects?objectId={door.NewName("o")}", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(3, answer.Body.GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task CreateObject_Twice_AlreadyExists()
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        var again = await rest.PostAsync($"/v1/objects?objectId={id}", "{}");
        Assert.Equal(HttpStatusCode.Conflict, again.Status);
        Assert.Equal("ALREADY_EXISTS", again.Reason);
    }

    [Fact]
    public async Task UpdateObject_WithAndWithoutMask_ChangesWhatItNames()
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        await rest.PatchAsync($"/v1/objects/{id}", """{"displayName":"a","characteristics":{"x":1}}""").Ok();
        var masked = await rest.PatchAsync($"/v1/objects/{id}?updateMask=displayName", """{"displayName":"b","characteristics":{"x":2}}""").Ok();
        Assert.Equal("b", masked.GetProperty("displayName").GetString());
        Assert.Equal(1, masked.GetProperty("characteristics").GetProperty("x").GetInt32());
        Assert.Equal("FULL", masked.GetProperty("securityPolicy").GetProperty("plain").GetString());

        var wrong = await rest.PatchAsync($"/v1/objects/{id}?updateMask=kind", "{}");
        Assert.Equal(HttpStatusCode.BadRequest, wrong.Status);
        Assert.Equal(["updateMask"], wrong.Violations);
    }

    [Fact]
    public async Task ListObjects_PagesAndFilter_GiveEachOnce()
    {
        using var rest = door.Rest();
        var mark = door.NewName("mark");
        for (var i = 0; i < 5; i++) await rest.PostAsync($"/v1/objects?objectId={mark}-{i}", $$$"""{"characteristics":{"mark":"{{{mark}}}","number":{{{i}}}}}""").Ok();

        var found = new List<string>();
        var token = "";
        do
        {
            var page = await rest.GetAsync($"/v1/objects?pageSize=2&pageToken={token}&filter={Uri.EscapeDataString($"id = \"{mark}-*\"")}").Ok();
            found.AddRange(page.GetProperty("objects").EnumerateArray().Select(item => item.GetProperty("name").GetString()!));
            token = page.GetProperty("nextPageToken").GetString();
        }
        while (token!.Length > 0);
        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"objects/{mark}-{i}"), found);

        var filtered = await rest.GetAsync($"/v1/objects?filter={Uri.EscapeDataString($"characteristics.mark = {mark} AND characteristics.number >= 3")}").Ok();
        Assert.Equal(2, filtered.GetProperty("objects").GetArrayLength());

        Assert.Equal(["filter"], (await rest.GetAsync("/v1/objects?filter=colour%3Dred")).Violations);
        Assert.Equal(["pageSize", "pageToken"], (await rest.GetAsync("/v1/objects?pageSize=-1&pageToken=%25%25")).Violations);
    }

    [Fact]
    public async Task Credentials_CreateListRotateRevoke_SecretIsShownOnce()
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        var made = await rest.PostAsync($"/v1/objects/{id}/credentials", """{"mqttSecret":{"secret":"at-least-22-characters-long"}}""").Ok();
        Assert.Equal("at-least-22-characters-long", made.GetProperty("mqttSecret").GetProperty("secret").GetString());
        var generated = await rest.PostAsync($"/v1/objects/{id}/credentials", """{"mqttSecret":{}}""").Ok();
        Assert.True(generated.GetProperty("mqttSecret").GetProperty("secret").GetString()!.Length >= 22);

        var listed = await rest.GetAsync($"/v1/objects/{id}/credentials").Ok();
        Assert.Equal(2, listed.GetProperty("credentials").GetArrayLength());
        Assert.All(listed.GetProperty("credentials").EnumerateArray(), item => Assert.False(item.GetProperty("mqttSecret").TryGetProperty("secret", out _)));

        var grain = door.Object(id);
        Assert.True(await grain.Authenticate(Contracts.Objects.CredentialKind.MqttSecret, "at-least-22-characters-long"));
        var rotated = await rest.PostAsync($"/v1/{made.GetProperty("name").GetString()}:rotate", "{}").Ok();
        Assert.False(await grain.Authenticate(Contracts.Objects.CredentialKind.MqttSecret, "at-least-22-characters-long"));
        Assert.True(await grain.Authenticate(Contracts.Objects.CredentialKind.MqttSecret, rotated.GetProperty("mqttSecret").GetProperty("secret").GetString()!));
        await rest.DeleteAsync($"/v1/{rotated.GetProperty("name").GetString()}").Ok();
        Assert.False(await grain.Authenticate(Contracts.Objects.CredentialKind.MqttSecret, rotated.GetProperty("mqttSecret").GetProperty("secret").GetString()!));

        Assert.Equal(["mqttSecret.secret"], (await rest.PostAsync($"/v1/objects/{id}/credentials", """{"mqttSecret":{"secret":"short"}}""")).Violations);
        Assert.Equal(["mqttSecret"], (await rest.PostAsync($"/v1/objects/{id}/credentials", "{}")).Violations);
    }

    [Fact]
    public async Task GetObject_OverGrpcUnknown_NotFoundWithDetails()
    {
        var objects = new V1.ObjectService.ObjectServiceClient(door.Calls());
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await objects.GetObjectAsync(new() { Name = "objects/nobody" }));
        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
        Assert.Equal("NOT_FOUND", failure.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Reason);
    }

    [Fact]
    public async Task CreateObject_OverGrpcWithMistakes_TellsAllFields()
    {
        var objects = new V1.ObjectService.ObjectServiceClient(door.Calls());
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await objects.CreateObjectAsync(new() { ObjectId = "", Object = new() { Mailbox = new() { MaxBytes = 1 } } }));
        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
        Assert.Equal(["objectId", "mailbox.maxBytes"], failure.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations.Select(violation => violation.Field));
    }

    [Fact, Requirement("6.1.c")]
    public async Task ListReports_SenmlReport_IsResolvedOldestFirst()
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        await door.ReportAsync(id, """[{"bn":"urn:dev:ow:1:","n":"temp","u":"Cel","v":21.5}]""");
        await door.ReportAsync(id, "hello", "text/plain");
        await door.ReportAsync(id, """[{"n":"on","vb":true}]""");

        var first = await rest.GetAsync($"/v1/objects/{id}/reports?pageSize=2").Ok();
        var reports = first.GetProperty("reports");
        Assert.Equal(2, reports.GetArrayLength());
        Assert.Equal("urn:dev:ow:1:temp", reports[0].GetProperty("senml")[0].GetProperty("n").GetString());
        Assert.Equal(21.5, reports[0].GetProperty("senml")[0].GetProperty("v").GetDouble());
        Assert.Equal("aGVsbG8=", reports[1].GetProperty("payload").GetString());
        Assert.Equal("text/plain", reports[1].GetProperty("contentType").GetString());
        Assert.Equal(0, reports[1].GetProperty("senml").GetArrayLength());

        var second = await rest.GetAsync($"/v1/objects/{id}/reports?pageSize=2&pageToken={first.GetProperty("nextPageToken").GetString()}").Ok();
        Assert.True(Assert.Single(second.GetProperty("reports").EnumerateArray()).GetProperty("senml")[0].GetProperty("vb").GetBoolean());
        Assert.Equal("", second.GetProperty("nextPageToken").GetString());

        var none = await rest.GetAsync($"/v1/objects/{id}/reports?from=2099-01-01T00:00:00Z").Ok();
        Assert.Equal(0, none.GetProperty("reports").GetArrayLength());
        Assert.Equal(HttpStatusCode.NotFound, (await rest.GetAsync("/v1/objects/nobody/reports")).Status);
    }
}
