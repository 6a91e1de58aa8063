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
}
