using System.Net;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.FrontDoor.Tests;

/// <summary>What a caller or a device may write though it means nothing: refused in words, and nobody else's trouble.</summary>
[Collection(FrontDoorCollection.Name)]
public sealed class GarbageTests(FrontDoorFixture door)
{
    [Theory]
    [InlineData("1e400")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    [InlineData("""{"a":[{"b":-1e999}]}""")]
    public async Task Characteristic_ThatCannotBeToldAgain_IsRefused(string value)
    {
        using var rest = door.Rest();
        var ofObject = await rest.PostAsync($"/v1/objects?objectId={door.NewName("object")}", $$"""{"characteristics":{"x":{{value}}} }""");
        Assert.Equal((HttpStatusCode.BadRequest, "characteristics.x"), (ofObject.Status, Assert.Single(ofObject.Violations)));
        var ofGroup = await rest.PostAsync($"/v1/groups?groupId={door.NewName("group")}", $$"""{"characteristics":{"x":{{value}}} }""");
        Assert.Equal((HttpStatusCode.BadRequest, "characteristics.x"), (ofGroup.Status, Assert.Single(ofGroup.Violations)));
    }

    [Fact]
    public async Task Characteristic_AsDeepAsItMayBe_IsListedWithAllObjects()
    {
        using var rest = door.Rest();
        var name = door.NewName("object");
        var deepest = new string('[', 31) + "1" + new string(']', 31);
        await rest.PostAsync($"/v1/objects?objectId={name}", $$"""{"characteristics":{"x":{{deepest}}} }""").Ok();
        Assert.Contains(deepest, (await rest.GetAsync($"/v1/objects/{name}").Ok()).GetRawText(), StringComparison.Ordinal);
        await rest.GetAsync("/v1/objects?pageSize=1000").Ok();
    }

    [Theory]
    [InlineData("1e999")]
    [InlineData("-1e999")]
    public async Task Characteristic_OfADevice_NumberThatIsTooLarge_IsListedAsText(string number)
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        await door.Object(id).Register(
            new Speaker(id, Strength.Claimed, Bearer.Coap, "127.0.0.1:40000"),
            new RegistrationDraft(TimeSpan.FromHours(1), null, System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("x", number), null));
        var read = await rest.GetAsync($"/v1/objects/{id}").Ok();
        Assert.Equal(number, read.GetProperty("providedCharacteristics").GetProperty("x").GetString());
        await rest.GetAsync("/v1/objects?pageSize=1000").Ok();
    }

    [Fact]
    public async Task SendMessage_ToAName_OfAnObject_TakesNothingThatIsOfGroups()
    {
        using var rest = door.Rest();
        var id = door.NewName("object");
        await rest.PostAsync($"/v1/objects?objectId={id}", $$"""{"names":["own:{{id}}"]}""").Ok();
        var answer = await rest.PostAsync("/v1/messages", $$"""{"target":"names/own:{{id}}","mode":"ANYCAST","campaign":{"rate":3} }""");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(["mode", "campaign"], answer.Violations);
        await rest.PostAsync("/v1/messages", $$"""{"target":"names/own:{{id}}","mode":"UNICAST"}""").Ok();
    }

    [Theory]
    [InlineData("\\u0000")]
    [InlineData("\\u0007")]
    [InlineData("\\u0085")]
    [InlineData("\\ufffe")]
    public async Task SendMessage_CommandWithATextForWhichMqttClientsLeave_IsRefused(string text)
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        var answer = await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","command":{"name":"{{text}}","path":"/{{text}}"} }""");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(["command.name", "command.path"], answer.Violations);
        await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","command":{"name":"é😀","path":"/é😀"} }""").Ok();
    }

    [Fact]
    public async Task SendMessage_ToAnApplication_TakesNothingThatIsOfObjectsOrGroups()
    {
        using var rest = door.Rest();
        var (id, client, _) = await door.NewApplicationAsync();
        client.Dispose();
        var answer = await rest.PostAsync("/v1/messages", $$"""
            {"target":"applications/{{id}}","mode":"ANYCAST","campaign":{"rate":3},"confirmation":"TRANSACTION","constraint":"battery > 40","pathPolicy":{},"command":{"path":"/x"} }
            """);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(["campaign", "command", "confirmation", "constraint", "mode", "pathPolicy"], answer.Violations.Order());
    }

    [Fact]
    public async Task Grpc_TimesAndDurationsThatAreNone_AreRefusedInWords()
    {
        var id = await door.NewObjectAsync();
        var calls = door.Calls();
        var messages = new V1.MessageService.MessageServiceClient(calls);
        var (noSpan, noTime) = (new Duration { Seconds = long.MaxValue, Nanos = -1 }, new Timestamp { Seconds = long.MinValue, Nanos = int.MinValue });
        var target = $"objects/{id}";
        await RefusedAsync(() => messages.SendMessageAsync(new() { Target = target, Ttl = noSpan }).ResponseAsync, "ttl");
        await RefusedAsync(() => messages.SendMessageAsync(new() { Target = target, Ttl = new() { Seconds = long.MinValue } }).ResponseAsync, "ttl");
        await RefusedAsync(() => messages.SendMessageAsync(new() { Target = target, Ttl = new() { Seconds = 1, Nanos = int.MaxValue } }).ResponseAsync, "ttl");
        await RefusedAsync(() => messages.SendMessageAsync(new() { Target = target, Window = new() { NotBefore = noTime } }).ResponseAsync, "window.notBefore");
        await RefusedAsync(() => messages.SendMessageAsync(new() { Target = target, Window = new() { Tolerance = noSpan } }).ResponseAsync, "window.tolerance");
        await RefusedAsync(() => messages.SendMessageAsync(new() { Target = "groups/g", Campaign = new() { MemberWait = noSpan } }).ResponseAsync, "campaign.memberWait");
        await RefusedAsync(() => messages.SendMessageAsync(new() { Target = "groups/g", Campaign = new() { Canary = double.NaN, AbortAt = double.PositiveInfinity } }).ResponseAsync, "campaign.canary");
        await RefusedAsync(() => new V1.ReportService.ReportServiceClient(calls).ListReportsAsync(new() { Parent = target, From = noTime }).ResponseAsync, "from");
        await RefusedAsync(() => new V1.ObjectService.ObjectServiceClient(calls).HoldObjectAsync(new() { Name = target, Duration = new() { Seconds = 5, Nanos = -1 } }).ResponseAsync, "duration");
        var nan = new Struct { Fields = { ["x"] = Value.ForList(Value.ForNumber(double.NaN)) } };
        await RefusedAsync(
            () => new V1.ObjectService.ObjectServiceClient(calls).CreateObjectAsync(new() { ObjectId = door.NewName("object"), Object = new() { Characteristics = nan } }).ResponseAsync, "characteristics.x");
    }

    private static async Task RefusedAsync<T>(Func<Task<T>> call, string field)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.StartsWith(field, refusal.Status.Detail, StringComparison.Ordinal);
    }
}
