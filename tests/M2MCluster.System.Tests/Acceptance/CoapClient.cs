using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>libcoap's client; each call comes from a port of its own.</summary>
internal sealed class CoapClient(Node node)
{
    /// <summary>The payload of a success, or the code and diagnostic text of an error, which libcoap tells as text.</summary>
    public async Task<string> CallAsync(string method, string path, string? payload = null, string format = "0", string? localAddress = null)
    {
        List<string> arguments = ["-B", "20", "-m", method];
        if (payload is not null) arguments.AddRange(["-t", format, "-e", payload]);
        if (localAddress is not null) arguments.AddRange(["-a", localAddress]);
        var (code, output, errors) = await Tool.RunAsync(Programs.CoapClient, [.. arguments, $"coap://127.0.0.1:{node.Host.CoapPort}{path}"]);
        Assert.True(code == 0, errors);
        return output + errors;
    }

    /// <summary>The same to another server on loopback.</summary>
    public static async Task<string> CallOtherAsync(string method, int port, string path)
    {
        var (code, output, errors) = await Tool.RunAsync(Programs.CoapClient, "-B", "20", "-m", method, $"coap://127.0.0.1:{port}{path}");
        Assert.True(code == 0, errors);
        return output;
    }

    public Task<string> ReportAsync(string id, string more = "") => CallAsync("post", $"/m2m/reports?ep={id}{more}", """[{"n":"t","u":"Cel","v":21.5}]""", "110");
}
