using System.Net;
using System.Net.Http.Headers;
using System.Text;
using M2MCluster.Testing.Processes;

namespace M2MCluster.Deployment.Tests;

/// <summary>A node with the dashboard on.</summary>
public sealed class DashboardNode : IAsyncLifetime
{
    private HostProcess? _host;

    public HostProcess Host => _host!;

    public string ApplicationKey { get; private set; } = "";

    public async Task InitializeAsync()
    {
        _host = await HostProcess.StartAsync(new() { Assembly = Repository.HostAssembly, More = new Dictionary<string, string> { ["M2M__Dashboard__Enabled"] = "true" } });
        await Host.Rest.PostAsync("v1/applications?applicationId=billing", new { });
        ApplicationKey = (await Host.Rest.PostAsync("v1/applications/billing/keys", new { }))["key"]!.GetValue<string>();
    }

    public async Task DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
    }
}

/// <summary>Orleans' dashboard shows itself to the operator and to nobody else.</summary>
public sealed class DashboardTests(DashboardNode node) : IClassFixture<DashboardNode>
{
    [Theory]
    [InlineData("dashboard")]
    [InlineData("dashboard/")]
    [InlineData("dashboard/index.html")]
    [InlineData("dashboard/DashboardCounters")]
    [InlineData("dashboard/HistoricalStats/x")]
    [InlineData("dashboard/nothing/here")]
    [InlineData("DASHBOARD/DashboardCounters")]
    [InlineData("%64ashboard/DashboardCounters")]
    public async Task AnyPath_WithoutTheOperatorsKey_IsRefused(string path)
    {
        using var none = await GetAsync(path, null);
        Assert.Equal(HttpStatusCode.Unauthorized, none.StatusCode);
        Assert.Equal("Basic", none.Headers.WwwAuthenticate.Single().Scheme);
        using var wrong = await GetAsync(path, Basic("operator", "no-such-key-at-all-0123456789"));
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        using var broken = await GetAsync(path, new("Basic", "!!"));
        Assert.Equal(HttpStatusCode.Unauthorized, broken.StatusCode);
        using var bearer = await GetAsync(path, new("Bearer", node.ApplicationKey));
        Assert.Equal(HttpStatusCode.Forbidden, bearer.StatusCode);
        using var application = await GetAsync(path, Basic("x", node.ApplicationKey));
        Assert.Equal(HttpStatusCode.Forbidden, application.StatusCode);
    }

    [Fact]
    public async Task Pages_WithTheOperatorsKey_AreShown()
    {
        foreach (var authorization in new[] { Basic("operator", node.Host.OperatorKey), Basic("", node.Host.OperatorKey), new("Bearer", node.Host.OperatorKey) })
        {
            using var page = await GetAsync("dashboard/", authorization);
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            Assert.Contains("<html", await page.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
            using var counters = await GetAsync("dashboard/DashboardCounters", authorization);
            Assert.Equal(HttpStatusCode.OK, counters.StatusCode);
            Assert.Contains("\"hosts\"", await counters.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>A key as a password opens the dashboard alone.</summary>
    [Fact]
    public async Task Api_WithBasic_StaysShut()
    {
        using var answer = await GetAsync("v1/objects", Basic("operator", node.Host.OperatorKey));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Dashboard_ByDefault_IsNotThere()
    {
        await using var plain = await HostProcess.StartAsync(new() { Assembly = Repository.HostAssembly });
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", plain.OperatorKey);
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{plain.HttpPort}/dashboard/"));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static AuthenticationHeaderValue Basic(string user, string password) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private async Task<HttpResponseMessage> GetAsync(string path, AuthenticationHeaderValue? authorization)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.Authorization = authorization;
        return await http.GetAsync(new Uri($"http://127.0.0.1:{node.Host.HttpPort}/{path}"));
    }
}
