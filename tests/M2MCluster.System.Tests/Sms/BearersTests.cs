using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Sms;

/// <summary>One object that has several ways.</summary>
public sealed class BearersTests(SmsNode node) : IClassFixture<SmsNode>
{
    private const string Secret = "a-secret-of-22-characters";

    [SkippableFact]
    [Requirement("4.1.a")]
    public async Task SameMessage_ToTheSameObject_OverSmsMqttAndCoap_ByTheSameCall()
    {
        var (target, number) = await node.CreatePhoneAsync();
        var id = target["objects/".Length..];
        var call = SmsNode.Text(target, "the same words");

        var bySms = await SendAsync(call);
        var submitted = await SubmittedTo(number);
        Assert.Equal("the same words", (string?)submitted["text"]);
        await node.Smsc.ReceiptAsync((string)submitted["id"]!, number, "DELIVRD");
        await EndedAsync(bySms, "DELIVERED");

        // With a secret it is a device, to which a short message goes only if it is asked for.
        await node.Rest.PostAsync($"v1/objects/{id}/credentials", new { mqttSecret = new { secret = Secret } });
        string byMqtt;
        await using (var subscriber = Tool.Start(
            Programs.MosquittoSub, "-h", "127.0.0.1", "-p", $"{node.Host.MqttPort}", "-V", "mqttv5", "-u", id, "-P", Secret, "-q", "1", "-t", "m2m/mailbox/#", "-F", "%t %p"))
        {
            await node.Rest.GetUntilAsync($"v1/{target}", found => found["status"]!["connected"]!.AsArray().Count > 0);
            byMqtt = await SendAsync(call);
            Assert.Equal($"m2m/mailbox/{byMqtt["messages/".Length..]} the same words", await subscriber.HearAsync(_ => true));
            await EndedAsync(byMqtt, "DELIVERED");
        }

        await node.Rest.GetUntilAsync($"v1/{target}", found => found["status"]!["connected"] is null or global::System.Text.Json.Nodes.JsonArray { Count: 0 });
        var byCoap = await SendAsync(call);
        var url = $"coap://127.0.0.1:{node.Host.CoapPort}/m2m/mailbox";
        var (code, fetched, errors) = await Tool.RunAsync(Programs.CoapClient, "-B", "20", "-m", "get", $"{url}/next?ep={id}");
        Assert.True(code == 0, errors);
        Assert.Contains("the same words", fetched, StringComparison.Ordinal);
        await Tool.RunAsync(Programs.CoapClient, "-B", "20", "-m", "post", $"{url}/{byCoap["messages/".Length..]}?ep={id}&result=ok");
        await EndedAsync(byCoap, "APPLIED");
    }

    [SkippableFact]
    public async Task Device_ThatIsAway_GetsAShortMessageOnlyIfThePolicyNamesIt()
    {
        var (target, number) = await node.CreatePhoneAsync();
        await node.Rest.PostAsync($"v1/{target}/credentials", new { mqttSecret = new { secret = Secret } });
        var waits = await SendAsync(SmsNode.Text(target, "waits"));
        var named = await SendAsync(SmsNode.Text(target, "named", pathPolicy: new { bearers = new[] { "MQTT", "SMS" } }));

        var submitted = await SubmittedTo(number);
        Assert.Equal("named", (string?)submitted["text"]);
        await node.Smsc.ReceiptAsync((string)submitted["id"]!, number, "DELIVRD");
        await EndedAsync(named, "DELIVERED");
        Assert.Equal("WAITING", (string?)(await node.Rest.GetAsync($"v1/{waits}"))["state"]);
    }

    private async Task<string> SendAsync(object call) => (string)(await node.Rest.PostAsync("v1/messages", call))["message"]!["name"]!;

    private Task<global::System.Text.Json.Nodes.JsonNode> EndedAsync(string name, string outcome) => node.Rest.GetUntilAsync($"v1/{name}", message => (string?)message["outcome"] == outcome);

    private Task<global::System.Text.Json.Nodes.JsonNode> SubmittedTo(string number) => node.Smsc.HearAsync("submitted", heard => (string?)heard["to"] == number[1..]);
}
