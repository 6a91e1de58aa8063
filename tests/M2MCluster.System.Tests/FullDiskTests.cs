using System.Net;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests;

/// <summary>A node whose disk is full: what is on it can still be read.</summary>
public sealed class FullDiskTests
{
    [Fact]
    [Requirement("4.7")]
    public async Task DiskFull_WritesAreRefusedAndReadinessSaysSo()
    {
        await using var host = await HostProcess.StartAsync(new()
        {
            Assembly = Node.HostAssembly, More = new Dictionary<string, string> { ["M2M__Storage__MaxFileMegabytes"] = "1", ["Logging__LogLevel__Default"] = "Error" },
        });
        await host.Rest.PostAsync("v1/objects?objectId=meter-1", new { kind = "DEVICE" });
        var payload = Convert.ToBase64String(new byte[50_000]);
        var accepted = 0;
        var refused = await Assert.ThrowsAsync<HttpRequestException>(async () =>
        {
            while (true)
            {
                await host.Rest.PostAsync("v1/messages", new { target = "objects/meter-1", payload, contentType = "application/octet-stream", ttl = "3600s" });
                accepted++;
            }
        });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.InRange(accepted, 1, 30);

        // Also without any traffic that would tell.
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        for (var asked = 0; asked < 3; asked++)
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{host.ManagementPort}/health/ready"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }

        using var live = await http.GetAsync(new Uri($"http://127.0.0.1:{host.ManagementPort}/health/live"));
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal(accepted, (await host.Rest.GetAsync("v1/messages?pageSize=100"))["messages"]!.AsArray().Count);
    }
}
