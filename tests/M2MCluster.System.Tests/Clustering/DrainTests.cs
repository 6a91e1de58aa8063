using System.Net;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Clustering;

public sealed class DrainTests
{
    [Fact]
    public async Task Terminate_WithADelay_IsNotReadyAndServesUntilItIsOver()
    {
        await using var host = await HostProcess.StartAsync(new()
        {
            Assembly = Node.HostAssembly, More = new Dictionary<string, string> { ["M2M__DrainDelay"] = "00:00:15" },
        });
        var id = await host.CreateDeviceAsync();
        using var device = await host.ConnectAsync(id);
        await host.TerminateAsync();
        using var http = new HttpClient();
        var health = new Uri($"http://127.0.0.1:{host.ManagementPort}/health/ready");
        HttpStatusCode status;
        do
        {
            using var answer = await http.GetAsync(health);
            status = answer.StatusCode;
        }
        while (status == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);

        await device.Send(RawMqtt.Publish("m2m/reports", Fleet.Report, id: 2, version: 5));
        Assert.Equal("40 0002", (await device.Hear())[..7]);
        var last = await device.Read(TimeSpan.FromSeconds(60));
        Assert.Equal((byte)0xE0, last!.Value.Header);
        Assert.Equal(0, await host.WaitForExitAsync());
    }
}
