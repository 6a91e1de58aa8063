using System.Net;
using System.Text.Json;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Testing;

namespace M2MCluster.FrontDoor.Tests;

/// <summary>Service classes and what they do, by the API alone; a device is played by its edge.</summary>
public sealed class ServiceClassTests(TimedDoor door) : IClassFixture<TimedDoor>
{
    private readonly RecordingEdge _mqtt = new();
    private readonly RecordingEdge _coap = new();

    [Fact]
    public async Task Catalogue_BuiltInAndTheOperatorsOwn_AreListed()
    {
        using var rest = door.Rest();
        var classes = (await rest.GetAsync("/v1/serviceClasses").Ok()).GetProperty("serviceClasses").EnumerateArray().ToDictionary(known => known.GetProperty("name").GetString()!);
        Assert.Equal(
            ["serviceClasses/alarm", "serviceClasses/background", "serviceClasses/bulk", "serviceClasses/control", "serviceClasses/fast", "serviceClasses/interactive", "serviceClasses/over-coap", "serviceClasses/twice"],
            classes.Keys.Order(StringComparer.Ordinal));
        var fast = await rest.GetAsync("/v1/serviceClasses/fast").Ok();
        Assert.Equal(classes["serviceClasses/fast"].GetRawText(), fast.GetRawText());
        Assert.Equal(("5s", "60s", 6, "MQTT"), (fast.GetProperty("delayBound").GetString(), fast.GetProperty("ttl").GetString(), fast.GetProperty("priority").GetInt32(), fast.GetProperty("bearers")[0].GetString()));
        Assert.Equal(10_000, classes["serviceClasses/bulk"].GetProperty("bandwidth").GetInt64());
        Assert.Equal(HttpStatusCode.NotFound, (await rest.GetAsync("/v1/serviceClasses/none")).Status);
    }

    [Fact]
    public async Task SendMessage_OfAClassThatIsNone_SaysWhichThereAre()
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        var answer = await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","serviceClass":"serviceClasses/none"}""");
        Assert.Equal(["serviceClass"], answer.Violations);
        Assert.Contains("serviceClasses/alarm", answer.Body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendMessage_OfAClass_FillsInWhatTheSenderDoesNotSay()
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        var filled = (await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","serviceClass":"serviceClasses/control"}""").Ok()).GetProperty("message");
        Assert.Equal((5, "APPLIED", 600.0), (filled.GetProperty("priority").GetInt32(), filled.GetProperty("confirmation").GetString(), LifeOf(filled)));
        Assert.Equal("serviceClasses/control", filled.GetProperty("serviceClass").GetString());

        var said = (await rest.PostAsync("/v1/messages", $$"""
            {"target":"objects/{{id}}","serviceClass":"serviceClasses/fast","priority":0,"confirmation":"NONE","ttl":"30s","pathPolicy":{"bearers":["COAP"]} }
            """).Ok()).GetProperty("message");
        Assert.Equal((0, "NONE", 30.0, "COAP"), (said.GetProperty("priority").GetInt32(), said.GetProperty("confirmation").GetString(), LifeOf(said), said.GetProperty("pathPolicy").GetProperty("bearers")[0].GetString()));
    }

    [Fact]
    public async Task SendMessage_OfAClassWithPreferenceAndCopies_GoesByThemUnlessTheSenderSaysOtherwise()
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        await rest.PatchAsync($"/v1/objects/{id}", """{"characteristics":{"inFlight":16}}""").Ok();
        await door.Object(id).Attach(Speaker(id, Bearer.Mqtt), new(_mqtt, id, Bearer.Mqtt, ChannelTraits.Messages), null);
        await door.Object(id).Register(Speaker(id, Bearer.Coap), new(TimeSpan.FromDays(1), "</t>", null, new(_coap, "127.0.0.1:40000", Bearer.Coap, ChannelTraits.Requests)));

        var byClass = await PolicyAsync(rest, $$"""{"target":"objects/{{id}}","command":{"path":"/t"},"serviceClass":"serviceClasses/twice"}""");
        Assert.Equal(("MOST_RELIABLE", 2), byClass);
        Assert.Equal((1, 1), (_mqtt.Deliveries.Count, _coap.Deliveries.Count));
        var said = await PolicyAsync(rest, $$"""{"target":"objects/{{id}}","command":{"path":"/t"},"serviceClass":"serviceClasses/twice","pathPolicy":{"preference":"BALANCED","copies":1} }""");
        Assert.Equal(("BALANCED", 1), said);
        Assert.Equal(3, _mqtt.Deliveries.Count + _coap.Deliveries.Count);
        var half = await PolicyAsync(rest, $$"""{"target":"objects/{{id}}","command":{"path":"/t"},"serviceClass":"serviceClasses/twice","pathPolicy":{"preference":"CHEAPEST"} }""");
        Assert.Equal(("CHEAPEST", 2), half);
        var catalogue = await rest.GetAsync("/v1/serviceClasses/twice").Ok();
        Assert.Equal(("MOST_RELIABLE", 2), (catalogue.GetProperty("preference").GetString(), catalogue.GetProperty("copies").GetInt32()));
    }

    /// <summary>Both are sent at one moment to a device that is there over two bearers, takes one message at a time, and takes each at its fourth attempt.</summary>
    [Fact, Requirement("4.0.a")]
    public async Task TwoMessages_ThatDifferInNothingButTheirClass_DifferInDelayBearerRetriesAndPlace()
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        string[] slow = ["over-coap"], quick = ["fast"];
        var names = new Dictionary<string, string>();
        foreach (var by in slow.Concat(quick))
        {
            var body = $$"""{"target":"objects/{{id}}","payload":"aGVsbG8=","command":{"path":"/t"},"serviceClass":"serviceClasses/{{by}}"}""";
            names[by] = (await rest.PostAsync("/v1/messages", body).Ok()).GetProperty("message").GetProperty("name").GetString()!;
        }

        Assert.Equal(1, (await ExplainAsync(rest, names["over-coap"])).GetProperty("ahead").GetInt32());
        Assert.Equal(0, (await ExplainAsync(rest, names["fast"])).GetProperty("ahead").GetInt32());
        await door.Object(id).Attach(Speaker(id, Bearer.Mqtt), new(_mqtt, id, Bearer.Mqtt, ChannelTraits.Messages), null);
        await door.Object(id).Register(Speaker(id, Bearer.Coap), new(TimeSpan.FromDays(1), "</t>", null, new(_coap, "127.0.0.1:40000", Bearer.Coap, ChannelTraits.Requests)));

        for (var second = 0; second < 400; second++)
        {
            await AnswerAsync(id, _mqtt);
            await AnswerAsync(id, _coap);
            await door.PassAsync(id, TimeSpan.FromSeconds(1));
        }

        var (fast, overCoap) = (await ExplainAsync(rest, names["fast"]), await ExplainAsync(rest, names["over-coap"]));
        Assert.Equal(("MQTT", "COAP"), (BearerOf(fast), BearerOf(overCoap)));
        Assert.Equal([1, 2, 4], Pauses(fast));
        Assert.Equal([20, 40, 80], Pauses(overCoap));
        Assert.Equal(("DELIVERED", "DELIVERED"), (OutcomeOf(fast), OutcomeOf(overCoap)));
        Assert.True(DelayOf(fast) < DelayOf(overCoap), $"{DelayOf(fast)} and {DelayOf(overCoap)}");
    }

    private static async Task<(string?, int)> PolicyAsync(RestClient rest, string body)
    {
        var policy = (await rest.PostAsync("/v1/messages", body).Ok()).GetProperty("message").GetProperty("pathPolicy");
        return (policy.GetProperty("preference").GetString(), policy.GetProperty("copies").GetInt32());
    }

    private async Task AnswerAsync(string id, RecordingEdge edge)
    {
        if (edge.Deliveries is not { Count: > 0 } deliveries) return;
        await door.Object(id).Settle(deliveries[^1].Message.Id, deliveries[^1].Attempt, new(deliveries.Count < 4 ? SettlementKind.Busy : SettlementKind.Acknowledged));
    }

    private static Speaker Speaker(string id, Bearer bearer) => new(id, Strength.Protected, bearer, "127.0.0.1:40000");

    private static Task<JsonElement> ExplainAsync(RestClient rest, string name) => rest.GetAsync($"/v1/{name}:explain").Ok();

    private static string BearerOf(JsonElement why) => why.GetProperty("attempts").EnumerateArray().Select(attempt => attempt.GetProperty("bearer").GetString()!).Distinct().Single();

    private static string OutcomeOf(JsonElement why) => why.GetProperty("message").GetProperty("outcome").GetString()!;

    private static TimeSpan DelayOf(JsonElement why) =>
        why.GetProperty("message").GetProperty("endTime").GetDateTimeOffset() - why.GetProperty("message").GetProperty("acceptTime").GetDateTimeOffset();

    /// <summary>Seconds between attempts.</summary>
    private static IEnumerable<int> Pauses(JsonElement why)
    {
        var begins = why.GetProperty("attempts").EnumerateArray().Select(attempt => attempt.GetProperty("beginTime").GetDateTimeOffset()).ToList();
        return begins.Zip(begins.Skip(1), (one, next) => (int)(next - one).TotalSeconds);
    }

    private static double LifeOf(JsonElement message) => (message.GetProperty("expireTime").GetDateTimeOffset() - message.GetProperty("acceptTime").GetDateTimeOffset()).TotalSeconds;
}
