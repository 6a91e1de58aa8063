using System.Net;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.FrontDoor.Tests;

/// <summary>What callers may ask of networks, and what a node says that has none which could be asked.</summary>
public sealed class QosRequestTests(TimedDoor door) : IClassFixture<TimedDoor>
{
    private readonly RecordingEdge _mqtt = new();

    [Theory]
    [InlineData("""{"precedence":1}""", "qos")]
    [InlineData("""{"bandwidth":0}""", "qos.bandwidth")]
    [InlineData("""{"bandwidth":1,"precedence":8}""", "qos.precedence")]
    [InlineData("""{"deadline":"0s"}""", "qos.deadline")]
    [InlineData("""{"deadline":"86401s"}""", "qos.deadline")]
    public async Task SendMessage_AsksForWhatIsNone_SaysWhatIsWrong(string qos, string field)
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        Assert.Equal([field], (await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","qos":{{qos}} }""")).Violations);
    }

    [Fact]
    public async Task SendMessage_NoNetworkCanBeAsked_GoesWithAWarningOrIsRefused()
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        await door.Object(id).Attach(new(id, Strength.Protected, Bearer.Mqtt, "127.0.0.1:40000"), new(_mqtt, id, Bearer.Mqtt, ChannelTraits.Messages), null);
        var refused = await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","qos":{"bandwidth":1,"whenFull":"BLOCK"} }""");
        Assert.Equal((HttpStatusCode.TooManyRequests, "QOS_REFUSED"), (refused.Status, refused.Reason));
        Assert.Empty(_mqtt.Deliveries);

        var goes = await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","qos":{"bandwidth":1,"precedence":3} }""").Ok();
        Assert.Equal("BANDWIDTH", goes.GetProperty("mismatches")[0].GetProperty("attribute").GetString());
        Assert.Single(_mqtt.Deliveries);
        var why = await rest.GetAsync($"/v1/{goes.GetProperty("message").GetProperty("name").GetString()}:explain").Ok();
        Assert.Equal(("REFUSED", "NO_NETWORK"), (why.GetProperty("qos").GetProperty("status").GetString(), why.GetProperty("qos").GetProperty("reason").GetString()));
        Assert.Equal(3, why.GetProperty("message").GetProperty("qos").GetProperty("precedence").GetInt32());
    }

    [Fact]
    public async Task Flows_NoneOrNotOnesOwn_AreNotFoundOrRefused()
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await rest.GetAsync("/v1/flows/0123456789abcdef")).Status);
        Assert.Equal(["name"], (await rest.GetAsync("/v1/flows/7")).Violations);
        Assert.Equal(["target", "bearer", "qos", "duration"], (await rest.PostAsync("/v1/flows", "{}")).Violations);
        var none = await rest.PostAsync("/v1/flows", $$"""{"target":"objects/{{id}}","bearer":"MQTT","qos":{"bandwidth":1},"duration":"60s"}""");
        Assert.Equal((HttpStatusCode.BadRequest, "FAILED_PRECONDITION"), (none.Status, none.Reason));
    }
}
