using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>A node on which CoAP is the cheaper bearer and MQTT the faster, and a CoAP endpoint that is silent counts as lost after some seconds.</summary>
public sealed class PathNode : IAsyncLifetime
{
    private HostProcess? _host;

    public HostProcess Host => _host!;

    public RestClient Rest => Host.Rest;

    public async Task InitializeAsync() => _host = await StartAsync(tariffHoldsNow: false);

    public async Task DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
    }

    /// <param name="tariffHoldsNow">Whether the hours in which CoAP costs ten times as much are these, or others.</param>
    public static Task<HostProcess> StartAsync(bool tariffHoldsNow)
    {
        var middle = DateTimeOffset.UtcNow.TimeOfDay + (tariffHoldsNow ? TimeSpan.Zero : TimeSpan.FromHours(12));
        return HostProcess.StartAsync(new()
        {
            Assembly = Node.HostAssembly,
            More = new Dictionary<string, string>
            {
                ["M2M__Edge__Coap__AckTimeout"] = "00:00:01",
                ["M2M__Edge__Coap__MaxRetransmit"] = "2",
                ["M2M__Paths__Coap__CostPerMessage"] = "1",
                ["M2M__Paths__Mqtt__CostPerMessage"] = "2",
                ["M2M__Paths__FirstRest"] = "00:00:10",
                ["M2M__Planning__Calendar__0__Bearer"] = "Coap",
                ["M2M__Planning__Calendar__0__From"] = OfDay(middle - TimeSpan.FromHours(4)),
                ["M2M__Planning__Calendar__0__To"] = OfDay(middle + TimeSpan.FromHours(4)),
                ["M2M__Planning__Calendar__0__Price"] = "10",
            },
        });
    }

    private static string OfDay(TimeSpan time)
    {
        var day = TimeSpan.TicksPerDay;
        var seconds = (((time.Ticks % day) + day) % day) / TimeSpan.TicksPerSecond;
        return $"{TimeSpan.FromSeconds(Math.Max(1, seconds)):c}";
    }
}
