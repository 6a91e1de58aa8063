using System.Text.Json.Nodes;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests;

/// <summary>libcoap's client against a whole node, on plain CoAP by the object's policy.</summary>
public sealed class LibcoapTests(Node node) : IClassFixture<Node>, IDisposable
{
    private const int Large = 64 * 1024;

    private readonly string _folder = Directory.CreateTempSubdirectory("m2m-coap-").FullName;

    [SkippableTheory]
    [InlineData("110", """[{"n":"t","u":"Cel","v":21.5}]""", "application/senml+json")]
    [InlineData("50", """{"t":21.5}""", "application/json")]
    [InlineData("0", "t=21.5", "text/plain")]
    [Requirement("4.1.a")]
    public async Task Post_Report_IsRead(string format, string payload, string contentType)
    {
        var (id, _) = await node.CreateAsync(plain: "REPORTS");
        await RunAsync("-m", "post", "-t", format, "-e", payload, Address($"/m2m/reports?ep={id}"));

        var page = await node.Rest.GetUntilAsync($"v1/objects/{id}/reports", page => page["reports"] is JsonArray { Count: 1 });
        Assert.Equal(contentType, (string?)page["reports"]![0]!["contentType"]);
    }

    [SkippableFact]
    public async Task Post_Registration_ShowsTheObjectsResources()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        await RunAsync("-m", "post", "-t", "40", "-e", "</temperature>;rt=\"sensor\"", Address($"/rd?ep={id}&lt=300"));

        Assert.Contains("/temperature", (await node.Rest.GetAsync($"v1/objects/{id}")).ToJsonString(), StringComparison.Ordinal);
    }

    [SkippableFact]
    [Requirement("4.2")]
    public async Task Get_Mailbox_FetchesAndEndsTheMessageByItsResult()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        var message = await SendAsync(id, "hello"u8.ToArray());
        Assert.Contains($"</m2m/mailbox/{message}>", await RunAsync("-m", "get", Address($"/m2m/mailbox?ep={id}")), StringComparison.Ordinal);
        Assert.Contains("hello", await RunAsync("-m", "get", Address($"/m2m/mailbox/next?ep={id}")), StringComparison.Ordinal);
        await RunAsync("-m", "post", "-t", "0", "-e", "done", Address($"/m2m/mailbox/{message}?result=ok&ep={id}"));

        await node.Rest.GetUntilAsync($"v1/messages/{message}", answer => (string?)answer["outcome"] == "APPLIED");
    }

    [SkippableFact]
    public async Task Observe_Mailbox_IsToldOfANewMessage()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        await using var observer = Tool.Start(Programs.CoapClient, "-s", "25", "-w", "-m", "get", Address($"/m2m/mailbox?ep={id}"));
        await ObservedAsync(id);
        var message = await SendAsync(id, "hello"u8.ToArray());

        Assert.Contains($"</m2m/mailbox/{message}>", await observer.HearAsync(line => line.Contains(message, StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [SkippableFact]
    [Requirement("4.1.a")]
    public async Task Blockwise_64KiBBothWays_AreWhole()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        var payload = new byte[Large];
        new Random(1).NextBytes(payload);
        var up = Path.Combine(_folder, "up");
        var down = Path.Combine(_folder, "down");
        await File.WriteAllBytesAsync(up, payload);
        await RunAsync("-m", "post", "-b", "1024", "-t", "42", "-f", up, Address($"/m2m/reports?ep={id}"));
        var page = await node.Rest.GetUntilAsync($"v1/objects/{id}/reports", page => page["reports"] is JsonArray { Count: 1 });
        Assert.Equal(payload, Convert.FromBase64String((string)page["reports"]![0]!["payload"]!));

        var message = await SendAsync(id, payload);
        await RunAsync("-m", "get", "-b", "1024", "-o", down, Address($"/m2m/mailbox/{message}?ep={id}"));
        Assert.Equal(payload, await File.ReadAllBytesAsync(down));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Address(string path) => $"coap://127.0.0.1:{node.Host.CoapPort}{path}";

    private static async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, errors) = await Tool.RunAsync(Programs.CoapClient, ["-B", "20", .. arguments]);
        // libcoap tells a 4.xx or 5.xx on its error output and ends with 0 all the same.
        Assert.True(code == 0 && !errors.StartsWith('4') && !errors.StartsWith('5'), $"{code} {output} {errors}");
        return output;
    }

    // The observer says nothing until there is something to say; that the object was seen shows that it is there.
    private async Task ObservedAsync(string id) =>
        await node.Rest.GetUntilAsync($"v1/objects/{id}", found => found.ToJsonString().Contains("lastSeen", StringComparison.OrdinalIgnoreCase));

    private async Task<string> SendAsync(string id, byte[] payload)
    {
        var answer = await node.Rest.PostAsync(
            "v1/messages", new { target = $"objects/{id}", payload = Convert.ToBase64String(payload), contentType = "application/octet-stream", ttl = "3600s" });
        return ((string)answer["message"]!["name"]!)["messages/".Length..];
    }
}
