using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using M2MCluster.Device;
using M2MCluster.Device.Mqtt;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Observability;

/// <summary>One trace from an application's call to the device's answer, and to the event that tells of it.</summary>
public sealed class TraceTests
{
    private const string Sampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private const string NotSampled = "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-00f067aa0ba902b7-00";

    [Fact]
    public async Task Trace_OfACall_GoesThroughDeliveryAndResultToTheEventAndTheWebhook()
    {
        await using var collector = HttpReceiver.Start();
        await using var hook = HttpReceiver.Start();
        await using var host = await HostProcess.StartAsync(new()
        {
            Assembly = Node.HostAssembly,
            More = new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address.ToString(), ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf", ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            },
        });
        await using var device = await ConnectAsync(host, out var seen);
        await host.Rest.PostAsync("v1/applications?applicationId=app", new { });
        await host.Rest.PostAsync("v1/applications/app/subscriptions", new { filter = "type = \"m2m.message.outcome\"" });
        await host.Rest.PostAsync("v1/applications/app/subscriptions", new { filter = "type = \"m2m.message.outcome\"", webhook = new Uri(hook.Address, "hook") });
        await SendAsync(host, Sampled);
        await SendAsync(host, NotSampled);

        string[] steps = ["m2m message accepted", "m2m message pushed", "m2m message result", "m2m message ended", "m2m webhook"];
        List<OtlpSpan> Spans() => [.. collector.Received.Where(post => post.Path == "/v1/traces").SelectMany(post => Otlp.Spans(post.Body))];
        await PrometheusServer.WaitAsync(() => Task.FromResult(!steps.Except(Spans().Where(span => span.Trace == TraceOf(Sampled)).Select(span => span.Name)).Any()),
            "steps are missing");
        Assert.Contains(Spans(), span => span.Trace == TraceOf(Sampled) && span.Parent == Sampled.Split('-')[2]);
        Assert.DoesNotContain(Spans(), span => span.Trace == TraceOf(NotSampled));

        var page = await host.Rest.GetUntilAsync("v1/applications/app/events?pageSize=100", page => page["events"]!.AsArray().Count == 2);
        string[] both = [TraceOf(Sampled), TraceOf(NotSampled)];
        Assert.Equal(both.Order(), page["events"]!.AsArray().Select(told => TraceOf((string)told!["traceparent"]!)).Order());
        Assert.Equal(both.Order(), seen.Select(TraceOf!).Order());
        await PrometheusServer.WaitAsync(() => Task.FromResult(hook.Received.Count >= 2), "the webhook was not called");
        Assert.Equal(both.Order(), hook.Received.Select(post => TraceOf(post.TraceParent!)).Order());
    }

    [Fact]
    public async Task Trace_WithoutACollector_IsPassedOnAndNotMade()
    {
        await using var host = await HostProcess.StartAsync(new() { Assembly = Node.HostAssembly });
        await using var device = await ConnectAsync(host, out var seen);
        await SendAsync(host, Sampled);
        await SendAsync(host, null);
        await PrometheusServer.WaitAsync(() => Task.FromResult(seen.Count == 2), "the messages did not come");
        Assert.Equal([null, Sampled], seen.Order());
    }

    private static string TraceOf(string traceParent) => traceParent.Split('-')[1];

    private static Task<MqttDevice> ConnectAsync(HostProcess host, out ConcurrentQueue<string?> seen)
    {
        var heard = seen = new ConcurrentQueue<string?>();
        return ConnectAsync();

        async Task<MqttDevice> ConnectAsync()
        {
            await host.Rest.PostAsync("v1/objects?objectId=meter-1", new { kind = "DEVICE" });
            await host.Rest.PostAsync("v1/objects/meter-1/credentials", new { mqttSecret = new { secret = RawMqtt.Secret } });
            var device = new MqttDevice(
                new()
                {
                    Name = "meter-1", Secret = RawMqtt.Secret, Server = new(IPAddress.Loopback, host.MqttPort),
                    Messages = (message, _) =>
                    {
                        heard.Enqueue(message.TraceParent);
                        return new(DeviceResult.Done);
                    },
                },
                TimeProvider.System);
            await device.ConnectAsync();
            return device;
        }
    }

    private static async Task SendAsync(HostProcess host, string? traceParent)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://127.0.0.1:{host.HttpPort}/v1/messages"))
        {
            Content = JsonContent.Create(new { target = "objects/meter-1", payload = "aGVsbG8=", confirmation = "APPLIED" }),
            Headers = { Authorization = new("Bearer", host.OperatorKey) },
        };
        if (traceParent is not null) request.Headers.Add("traceparent", traceParent);
        using var answer = await http.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        Assert.NotNull(JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["message"]);
    }
}
