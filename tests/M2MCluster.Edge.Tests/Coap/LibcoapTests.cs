using System.Diagnostics;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;

namespace M2MCluster.Edge.Tests.Coap;

/// <summary>Another implementation speaks to the edge: libcoap's client, where it is installed.</summary>
public sealed class LibcoapTests
{
    private static readonly string[] Folders = ["/usr/bin", "/usr/local/bin"];

    [SkippableFact]
    public async Task Report_FromLibcoap_IsStored()
    {
        await using var node = await CoapNode.Start();
        var output = await Run(node, "/m2m/reports?ep=c1", "-m", "post", "-t", "110", "-e", "[{\"n\":\"t\",\"v\":1}]");
        Assert.Equal("", output);
        Assert.Equal("application/senml+json", Assert.Single(node.Grains["c1"].Reports).Report.ContentType);
    }

    [SkippableFact]
    public async Task Report_OfManyBlocksFromLibcoap_IsPutTogether()
    {
        await using var node = await CoapNode.Start();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, new string('x', 20_000));
        await Run(node, "/m2m/reports?ep=c1", "-m", "post", "-t", "0", "-b", "512", "-f", file);
        File.Delete(file);
        Assert.Equal(20_000, Assert.Single(node.Grains["c1"].Reports).Report.Payload.Length);
    }

    [SkippableFact]
    public async Task Message_OfManyBlocks_IsFetchedByLibcoapAndAnswered()
    {
        await using var node = await CoapNode.Start();
        var id = new MessageId(0x0102030405060708);
        var body = new byte[10_000];
        Array.Fill(body, (byte)'y');
        node.Grains["c1"].Waiting.Add(new WaitingMessage(id, "text/plain", body, 0, DateTimeOffset.MaxValue, Confirmation.Applied));
        Assert.Equal(10_000, (await Run(node, "/m2m/mailbox/next?ep=c1", "-m", "get")).TrimEnd().Length);
        await Run(node, $"/m2m/mailbox/{id}?ep=c1&result=ok", "-m", "post", "-e", "done");
        Assert.Equal(id, Assert.Single(node.Grains["c1"].Results).Id);
    }

    [SkippableFact]
    public async Task Refusal_IsShownByLibcoap()
    {
        await using var node = await CoapNode.Start();
        Assert.Contains("4.04", await Run(node, "/m2m/mailbox/next?ep=c1", "-m", "get"), StringComparison.Ordinal);
        Assert.Contains("core.rd", await Run(node, "/.well-known/core", "-m", "get"), StringComparison.Ordinal);
    }

    private static async Task<string> Run(CoapNode node, string path, params string[] arguments)
    {
        var client = Folders.SelectMany(folder => new[] { "coap-client-notls", "coap-client-openssl", "coap-client-gnutls", "coap-client" }.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
        Skip.If(client is null, "libcoap's client is not installed");
        var start = new ProcessStartInfo(client!, [.. arguments, "-B", "20", $"coap://{node.EndPoint}{path}"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return await output + await errors;
    }
}
