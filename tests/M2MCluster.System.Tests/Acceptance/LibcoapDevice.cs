using System.Globalization;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>A device of libcoap's programs: its client registers from the port on which its server then serves what it is sent.</summary>
internal sealed class LibcoapDevice : IAsyncDisposable
{
    private readonly int _port = Ports.Take();
    private readonly string _folder = Directory.CreateTempSubdirectory("m2m-libcoap-").FullName;
    private Tool? _server;

    /// <param name="node">Where the node is reached, perhaps over a relay.</param>
    public static async Task<LibcoapDevice> StartAsync(string id, int node, string links)
    {
        var device = new LibcoapDevice();
        var port = device._port.ToString(CultureInfo.InvariantCulture);
        try
        {
            var (code, output, errors) = await Tool.RunAsync(
                Programs.CoapClient, "-B", "20", "-p", port, "-m", "post", "-t", "40", "-e", links.Replace("%", "%25", StringComparison.Ordinal), $"coap://127.0.0.1:{node}/rd?ep={id}&lt=3600");
            Assert.True(code == 0 && output.Length + errors.Length == 0, output + errors);
            device._server = Tool.Start(Programs.CoapServer, "-A", "127.0.0.1", "-p", port, "-d", "10");
            return device;
        }
        catch
        {
            await device.DisposeAsync();
            throw;
        }
    }

    /// <summary>What was put to a resource of the device.</summary>
    public async Task<byte[]> ReadAsync(string path)
    {
        var file = Path.Combine(_folder, Guid.NewGuid().ToString("n"));
        var (code, _, errors) = await Tool.RunAsync(Programs.CoapClient, "-B", "20", "-b", "1024", "-m", "get", "-o", file, $"coap://127.0.0.1:{_port}{path}");
        Assert.True(code == 0, errors);
        return File.Exists(file) ? await File.ReadAllBytesAsync(file) : [];
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
