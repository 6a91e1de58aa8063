using M2MCluster.Device.Demo;
using M2MCluster.Edge.Coap;
using M2MCluster.Edge.Mqtt;
using Microsoft.Extensions.Options;

namespace M2MCluster.Host;

/// <summary>Lets a small simulated fleet live on the node (<c>--demo</c>).</summary>
internal sealed class DemoService(
    NodeOptions node, DataFolder folder, IOptions<CoapEdgeOptions> coap, IOptions<MqttEdgeOptions> mqtt, TimeProvider time,
    IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The listeners are open only once the whole node has started.
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        await DemoFleet.RunAsync(
            new()
            {
                FrontDoor = new UriBuilder("http", OwnAddress.Of(node.FrontDoor.Address).ToString(), node.FrontDoor.HttpPort).Uri,
                Key = folder.OperatorKey(),
                Coap = coap.Value.Port == 0 ? null : new(OwnAddress.Of(coap.Value.Address), coap.Value.Port),
                Mqtt = mqtt.Value.Port == 0 ? null : new(OwnAddress.Of(mqtt.Value.Address), mqtt.Value.Port),
            },
            Console.Out, time, stoppingToken);
    }
}
