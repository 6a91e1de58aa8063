using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.FrontDoor.Tests;

/// <summary>Messages to whoever is somewhere.</summary>
[Collection(FrontDoorCollection.Name)]
public sealed class AreaTests(FrontDoorFixture door)
{
    [Fact]
    public async Task SendMessage_ToACircle_ReachesThoseWhoseLastPlaceIsWithin()
    {
        using var rest = door.Rest();
        var by = Cell();
        var (near, text, far, unknown) = (await PlacedAsync(rest, by, """{"latitude":52.5200,"longitude":13.4050}"""), await PlacedAsync(rest, by, "\"geo:52.5230,13.4050;u=35\""),
            await PlacedAsync(rest, by, "\"52.60,13.4050\""), await PlacedAsync(rest, by, null));
        var circle = $$"""{"circle":{"center":{"latitude":52.52,"longitude":13.405},"radius":1000},"cell":"{{by}}" }""";

        Assert.Equal(Sorted(near, text), await ReachedAsync(rest, circle));
        await rest.PatchAsync($"/v1/objects/{far}", """{"characteristics":{"location":"geo:52.521,13.405"}}""").Ok();
        await rest.PatchAsync($"/v1/objects/{near}", $$"""{"characteristics":{"location":"geo:0,0","cell":"{{by}}"} }""").Ok();
        await rest.PatchAsync($"/v1/objects/{far}", $$"""{"characteristics":{"location":"geo:52.521,13.405","cell":"{{by}}"} }""").Ok();
        Assert.Equal(Sorted(far, text), await ReachedAsync(rest, circle));
        Assert.DoesNotContain(unknown, await ReachedAsync(rest, circle));

        // What the object says of itself goes before.
        var channel = new Channel(new RecordingEdge(), "127.0.0.1:40000", Bearer.Coap, ChannelTraits.Requests);
        await door.Object(unknown).Register(
            new(unknown, Strength.Protected, Bearer.Coap, "127.0.0.1:40000"), new(TimeSpan.FromDays(1), "", ImmutableSortedDictionary<string, string>.Empty.Add("location", "52.52,13.41"), channel));
        Assert.Equal(Sorted(far, text, unknown), await ReachedAsync(rest, circle));
    }

    [Fact]
    public async Task SendMessage_ToAPolygonOrACell_ReachesThoseWhoAreThere()
    {
        using var rest = door.Rest();
        var by = Cell();
        // Across the date line, and with a bay.
        var (east, west, bay, south) = (await PlacedAsync(rest, by, "\"geo:-17,179.5\""), await PlacedAsync(rest, by, "\"geo:-17,-179.5\""), await PlacedAsync(rest, by, "\"geo:-16.2,180\""), await PlacedAsync(rest, by, "\"geo:-19,179.9\""));
        const string Corners = """[{"latitude":-18,"longitude":179},{"latitude":-18,"longitude":-179},{"latitude":-16,"longitude":-179},{"latitude":-17.5,"longitude":180},{"latitude":-16,"longitude":179}]""";
        Assert.Equal(Sorted(east, west), await ReachedAsync(rest, $$"""{"polygon":{"corners":{{Corners}} },"cell":"{{by}}" }"""));
        Assert.Equal(Sorted(east, west, bay, south), await ReachedAsync(rest, $$"""{"cell":"{{by}}" }"""));
    }

    [Fact]
    public async Task SendMessage_ToACellThatAGroupSays_ReachesItsMembers()
    {
        using var rest = door.Rest();
        var (by, other) = (Cell(), Cell());
        var (own, moved, shared) = (await PlacedAsync(rest, by, null), await PlacedAsync(rest, by, null), await PlacedAsync(rest, other, null));
        await rest.PostAsync($"/v1/groups?groupId={Cell()}", $$"""{"members":["objects/{{shared}}"],"characteristics":{"cell":"{{by}}"} }""").Ok();
        await rest.PostAsync($"/v1/groups?groupId={Cell()}", $$"""{"members":["objects/{{moved}}"],"characteristics":{"cell":"{{other}}"} }""").Ok();

        Assert.Equal(Sorted(own, shared), await ReachedAsync(rest, $$"""{"cell":"{{by}}" }"""));
    }

    [Fact]
    public async Task SendMessage_ToAnArea_IsACampaignWithAnOutcomeForEachAndTheSameOnceMore()
    {
        using var rest = door.Rest();
        var by = Cell();
        var only = await PlacedAsync(rest, by, null);
        var body = $$"""{"area":{"cell":"{{by}}" },"payload":"aGVsbG8=","ttl":"3600s","requestId":"once","campaign":{"rate":100} }""";
        var message = (await rest.PostAsync("/v1/messages", body).Ok()).GetProperty("message");
        Assert.Equal(by, message.GetProperty("area").GetProperty("cell").GetString());
        var name = message.GetProperty("name").GetString();
        Assert.Equal(name, (await rest.PostAsync("/v1/messages", body).Ok()).GetProperty("message").GetProperty("name").GetString());
        await PartsAsync(rest, name!, 1);
        await rest.PostAsync($"/v1/{name}:cancel", "{}").Ok();
        var deadline = DateTimeOffset.UtcNow.AddSeconds(60);
        while (!(await rest.GetAsync($"/v1/{name}").Ok()).TryGetProperty("outcome", out _))
        {
            Assert.True(DateTimeOffset.UtcNow < deadline, "the message does not end");
            await Task.Delay(50);
        }

        Assert.Equal(1, (await rest.GetAsync($"/v1/{name}").Ok()).GetProperty("memberOutcomes").GetProperty("CANCELLED").GetInt32());
        Assert.NotEmpty(only);
    }

    [Theory]
    [InlineData("""{"area":{}}""", "area")]
    [InlineData("""{"target":"objects/a","area":{"cell":"c"}}""", "area")]
    [InlineData("""{"area":{"circle":{"radius":10}}}""", "area.circle.center")]
    [InlineData("""{"area":{"circle":{"center":{"latitude":91,"longitude":-181},"radius":0}}}""", "area.circle.center.latitude", "area.circle.center.longitude", "area.circle.radius")]
    [InlineData("""{"area":{"circle":{"center":{"latitude":"NaN"},"radius":10}}}""", "area.circle.center.latitude")]
    [InlineData("""{"area":{"polygon":{"corners":[{"latitude":1},{"latitude":2}]}}}""", "area.polygon.corners")]
    [InlineData("""{"area":{"polygon":{"corners":[{"longitude":-100},{"longitude":20,"latitude":99},{"longitude":100}]}}}""", "area.polygon.corners[1].latitude", "area.polygon.corners")]
    [InlineData("""{"area":{"cell":"c"},"confirmation":"TRANSACTION"}""", "confirmation")]
    public async Task SendMessage_ToAnAreaThatIsNone_SaysWhatIsWrong(string body, params string[] fields)
    {
        using var rest = door.Rest();
        var answer = await rest.PostAsync("/v1/messages", body);
        Assert.Equal((HttpStatusCode.BadRequest, string.Join(' ', fields)), (answer.Status, string.Join(' ', answer.Violations)));
    }

    [Fact]
    public async Task SendMessage_NobodyIsThere_SaysSo()
    {
        using var rest = door.Rest();
        var answer = await rest.PostAsync("/v1/messages", $$"""{"area":{"cell":"{{Cell()}}"} }""");
        Assert.Equal((HttpStatusCode.BadRequest, "FAILED_PRECONDITION"), (answer.Status, answer.Reason));
    }

    private static string Cell() => string.Create(CultureInfo.InvariantCulture, $"cell-{Guid.NewGuid():n}");

    private static string Sorted(params string[] ids) => string.Join(' ', ids.Order(StringComparer.Ordinal));

    private async Task<string> PlacedAsync(RestClient rest, string cell, string? location)
    {
        var id = await door.NewObjectAsync();
        await rest.PatchAsync($"/v1/objects/{id}", $$"""{"characteristics":{"cell":"{{cell}}"{{(location is null ? "" : $",\"location\":{location}")}} } }""").Ok();
        return id;
    }

    private static async Task<string> ReachedAsync(RestClient rest, string area)
    {
        var name = (await rest.PostAsync("/v1/messages", $$"""{"area":{{area}},"payload":"aGVsbG8="}""").Ok()).GetProperty("message").GetProperty("name").GetString()!;
        var targets = (await rest.GetAsync($"/v1/{name}").Ok()).GetProperty("campaign").GetProperty("targets").GetInt32();
        return Sorted([.. await PartsAsync(rest, name, targets)]);
    }

    private static async Task<IReadOnlyList<string>> PartsAsync(RestClient rest, string name, int count)
    {
        var deadline = DateTimeOffset.UtcNow.AddSeconds(60);
        while (true)
        {
            var answer = await rest.GetAsync($"/v1/messages?filter={Uri.EscapeDataString($"parent = \"{name}\"")}").Ok();
            var parts = answer.TryGetProperty("messages", out var found) ? found.EnumerateArray().Select(part => part.GetProperty("target").GetString()!["objects/".Length..]).ToList() : [];
            if (parts.Count >= count) return parts;
            Assert.True(DateTimeOffset.UtcNow < deadline, $"{parts.Count} of {count} parts");
            await Task.Delay(50);
        }
    }
}
