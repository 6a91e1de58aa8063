using System.Net;
using M2MCluster.Device;
using M2MCluster.Device.Coap;
using M2MCluster.Device.Mqtt;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Observability;

/// <summary>
/// A little of everything, over and over: reports over both bearers, some of them unreadable, messages that are pushed, planned, fetched and left to expire, a feed that is
/// watched, and a webhook. What fails while faults are injected is tried again.
/// </summary>
internal sealed class FleetLoad : IAsyncDisposable
{
    private readonly HostProcess _host;
    private readonly HttpReceiver _hook = HttpReceiver.Start();
    private readonly CancellationTokenSource _ends = new();
    private readonly HttpClient _watch = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly MqttDevice _mqtt;
    private readonly CoapDevice _coap;
    private Task _running = Task.CompletedTask;

    private FleetLoad(HostProcess host)
    {
        _host = host;
        _mqtt = new(
            new() { Name = "load-mqtt", Secret = RawMqtt.Secret, Server = new(IPAddress.Loopback, host.MqttPort), Messages = (_, _) => new(DeviceResult.Done) },
            TimeProvider.System);
        _coap = new(new() { Name = "load-coap", Server = new(IPAddress.Loopback, host.CoapPort) }, TimeProvider.System);
    }

    public static async Task<FleetLoad> StartAsync(HostProcess host)
    {
        var load = new FleetLoad(host);
        var rest = host.Rest;
        await rest.PostAsync("v1/objects?objectId=load-mqtt", new { kind = "DEVICE", names = new[] { "tel:+491510000" }, characteristics = new { cell = "c" } });
        await rest.PostAsync("v1/objects/load-mqtt/credentials", new { mqttSecret = new { secret = RawMqtt.Secret } });
        await rest.PostAsync("v1/objects?objectId=load-coap", new { kind = "DEVICE", securityPolicy = new { plain = "FULL" } });
        await rest.PostAsync("v1/objects?objectId=load-away", new { kind = "DEVICE" });
        await rest.PostAsync("v1/applications?applicationId=load", new { });
        await rest.PostAsync("v1/applications/load/subscriptions", new { filter = "" });
        await rest.PostAsync("v1/applications/load/subscriptions", new { filter = "", webhook = load._hook.Address });
        await load._mqtt.ConnectAsync();
        load._running = Task.WhenAll(load.RunAsync(load.MqttAsync), load.RunAsync(load.CoapAsync), load.RunAsync(load.ApplicationAsync), load.WatchAsync());
        return load;
    }

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await _running;
        await _mqtt.DisposeAsync();
        await _coap.DisposeAsync();
        await _hook.DisposeAsync();
        _watch.Dispose();
        _ends.Dispose();
    }

    private async Task RunAsync(Func<Task> step)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        do
        {
            try
            {
                await step();
            }
            catch (Exception failure) when (failure is DeviceException or HttpRequestException or OperationCanceledException)
            {
                // A fault is being injected, or it is over.
            }
        }
        while (!_ends.IsCancellationRequested && await pace.WaitForNextTickAsync(CancellationToken.None));
    }

    private async Task MqttAsync()
    {
        await _mqtt.ReportAsync(DeviceReport.OfJson(_mqtt.ReportIds.Next(), [new() { Name = "t", Value = 1 }]), cancellationToken: _ends.Token);
        await _mqtt.ReportAsync(new(_mqtt.ReportIds.Next(), DeviceReport.SenmlJsonType, "no SenML"u8.ToArray()), cancellationToken: _ends.Token);
    }

    private async Task CoapAsync()
    {
        await _coap.RegisterAsync(_ends.Token);
        await _coap.ReportAsync(DeviceReport.OfCbor(_coap.ReportIds.Next(), [new() { Name = "t", Value = 1 }]), cancellationToken: _ends.Token);
        await _coap.DrainAsync((_, _) => new(DeviceResult.Done), cancellationToken: _ends.Token);
    }

    private async Task ApplicationAsync()
    {
        foreach (var (target, ttl) in new[] { ("load-mqtt", "3600s"), ("load-coap", "3600s"), ("load-away", "1s") })
            await _host.Rest.PostAsync("v1/messages", new { target = $"objects/{target}", payload = "aGVsbG8=", ttl });
        await _host.Rest.PostAsync("v1/messages", new { target = "objects/load-mqtt", payload = "aGVsbG8=", ttl = "3600s", window = new { tolerance = "2s" } });
        await _host.Rest.PostAsync("v1/messages", new { target = "objects/load-mqtt", payload = "aGVsbG8=", ttl = "3600s", qos = new { bandwidth = 100_000 } });
    }

    private async Task WatchAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://127.0.0.1:{_host.HttpPort}/v1/applications/load/events:watch"));
        request.Headers.Authorization = new("Bearer", _host.OperatorKey);
        try
        {
            using var answer = await _watch.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _ends.Token);
            await (await answer.Content.ReadAsStreamAsync(_ends.Token)).CopyToAsync(Stream.Null, _ends.Token);
        }
        catch (Exception ended) when (ended is OperationCanceledException or HttpRequestException or IOException)
        {
            // The node was stopped, or the load is.
        }
    }
}
