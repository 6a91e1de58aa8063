using System.Net;
using System.Net.Sockets;
using M2MCluster.Testing.Processes;

namespace M2MCluster.Deployment.Tests;

/// <summary>No door is open beyond loopback unless somebody said so.</summary>
public sealed class ListenTests
{
    [Theory]
    [InlineData("M2M__FrontDoor__Address", "M2M:FrontDoor:AllowCleartext")]
    public async Task Start_BeyondLoopbackInClear_IsRefusedByTheKeyThatAllowsIt(string address, string key)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(async () => await StartAsync(new() { [address] = "0.0.0.0" }));
        Assert.Contains("ended with 1", refused.Message, StringComparison.Ordinal);
        Assert.Contains(key, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_PlainCoapBeyondLoopback_IsOffUnlessAllowed()
    {
        await using (var host = await StartAsync(new() { ["M2M__Edge__Address"] = "0.0.0.0" })) Assert.False(await AnswersAsync(host));
        await using (var host = await StartAsync(new() { ["M2M__Edge__Address"] = "0.0.0.0", ["M2M__Edge__Mqtt__AllowPlain"] = "true", ["M2M__Edge__Coap__AllowPlain"] = "true" })) Assert.True(await AnswersAsync(host));
    }

    [Theory]
    [InlineData("no such host.invalid", "M2M:Silo:Address is 'no such host.invalid'")]
    [InlineData("999.1.1.1", "M2M:Silo:Address is '999.1.1.1'")]
    public async Task Start_SiloAddressThatIsNone_IsRefused(string address, string words)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(async () => await StartAsync(new() { ["M2M__Silo__Address"] = address }));
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_SiloAddressByName_Serves()
    {
        await using var host = await StartAsync(new() { ["M2M__Silo__Address"] = "localhost" });
        await host.Rest.GetAsync("v1/objects");
    }

    [Fact]
    public async Task Start_SettingsAsFiles_Prevail()
    {
        var folder = Directory.CreateTempSubdirectory("m2m-settings-");
        try
        {
            // As Kubernetes mounts them: links into a folder that begins with dots.
            var hidden = folder.CreateSubdirectory("..2026_01_01");
            await File.WriteAllTextAsync(Path.Combine(hidden.FullName, "ConnectionStrings__M2M"), $"Data Source={folder.FullName}/named.db\n");
            File.CreateSymbolicLink(Path.Combine(folder.FullName, "..data"), hidden.Name);
            File.CreateSymbolicLink(Path.Combine(folder.FullName, "ConnectionStrings__M2M"), "..data/ConnectionStrings__M2M");
            await using var host = await StartAsync(new() { ["M2M__SettingsFolder"] = folder.FullName, ["ConnectionStrings__M2M"] = "Data Source=/nowhere/m2m.db" });
            Assert.True(File.Exists(Path.Combine(folder.FullName, "named.db")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task<HostProcess> StartAsync(Dictionary<string, string> more) => HostProcess.StartAsync(new() { Assembly = Repository.HostAssembly, More = more });

    private static async Task<bool> AnswersAsync(HostProcess host)
    {
        using var socket = new UdpClient();
        socket.Connect(IPAddress.Loopback, host.CoapPort);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            // A ping: an empty confirmable message, which is reset (RFC 7252, 4.3).
            await socket.SendAsync(new byte[] { 0x40, 0x00, 0x12, 0x34 });
            var answer = await socket.ReceiveAsync(patience.Token);
            return answer.Buffer is [0x70, 0x00, 0x12, 0x34];
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return false;
        }
    }
}
