using System.Text;
using System.Text.Json.Nodes;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests;

/// <summary>Eclipse Mosquitto's clients against a whole node.</summary>
public sealed class MosquittoTests(Node node) : IClassFixture<Node>
{
    [SkippableTheory]
    [InlineData("mqttv311", 0)]
    [InlineData("mqttv311", 1)]
    [InlineData("mqttv311", 2)]
    [InlineData("mqttv5", 0)]
    [InlineData("mqttv5", 1)]
    [InlineData("mqttv5", 2)]
    [Requirement("4.1.a")]
    public async Task Publish_Report_IsRead(string version, int quality)
    {
        var (id, secret) = await node.CreateAsync();
        var (code, _, errors) = await PublishAsync(id, secret, version, "-q", $"{quality}", "-t", "m2m/reports", "-m", """[{"n":"t","u":"Cel","v":21.5}]""");
        Assert.True(code == 0, errors);

        var page = await node.Rest.GetUntilAsync($"v1/objects/{id}/reports", page => page["reports"] is JsonArray { Count: 1 });
        var report = page["reports"]![0]!;
        Assert.Equal("application/senml+json", (string?)report["contentType"]);
        Assert.Equal(21.5, (double)report["senml"]![0]!["v"]!);
    }

    [SkippableTheory]
    [InlineData("mqttv311", "not authorised", "bad user name or password")]
    [InlineData("mqttv5", "Not authorized", "Bad User Name or Password")]
    public async Task Connect_WrongSecret_IsRefused(string version, string one, string other)
    {
        var (id, _) = await node.CreateAsync();
        var (code, _, errors) = await PublishAsync(id, "another-secret-of-22-characters", version, "-q", "1", "-t", "m2m/reports", "-m", "[]");

        Assert.NotEqual(0, code);
        Assert.True(errors.Contains(one, StringComparison.OrdinalIgnoreCase) || errors.Contains(other, StringComparison.OrdinalIgnoreCase), errors);
    }

    [SkippableTheory]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    [Requirement("4.2")]
    public async Task Subscribe_Mailbox_GetsWhatWaitsAndWhatComes(string version)
    {
        var (id, secret) = await node.CreateAsync();
        var waiting = await SendAsync(id, "waited");
        await using var subscriber = Tool.Start(
            Programs.MosquittoSub, "-h", "127.0.0.1", "-p", $"{node.Host.MqttPort}", "-V", version, "-u", id, "-P", secret, "-i", "any", "-q", "1", "-t", "m2m/mailbox/#", "-F", "%t %p");
        Assert.Equal($"m2m/mailbox/{waiting} waited", await subscriber.HearAsync(_ => true));
        var coming = await SendAsync(id, "came");
        Assert.Equal($"m2m/mailbox/{coming} came", await subscriber.HearAsync(_ => true));

        foreach (var message in new[] { waiting, coming })
            await node.Rest.GetUntilAsync($"v1/messages/{message}", answer => (string?)answer["outcome"] == "DELIVERED");
    }

    private Task<(int Code, string Output, string Errors)> PublishAsync(string id, string secret, string version, params string[] more) => Tool.RunAsync(
        Programs.MosquittoPub, ["-h", "127.0.0.1", "-p", $"{node.Host.MqttPort}", "-V", version, "-u", id, "-P", secret, "-i", "any", .. more]);

    private async Task<string> SendAsync(string id, string payload)
    {
        var answer = await node.Rest.PostAsync(
            "v1/messages", new { target = $"objects/{id}", payload = Convert.ToBase64String(Encoding.UTF8.GetBytes(payload)), contentType = "text/plain", ttl = "3600s" });
        return ((string)answer["message"]!["name"]!)["messages/".Length..];
    }
}
