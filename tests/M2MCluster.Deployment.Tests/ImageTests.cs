using System.Globalization;
using k8s.Models;
using M2MCluster.Edge.Coap;
using M2MCluster.Edge.Mqtt;
using M2MCluster.Host;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.Deployment.Tests;

/// <summary>The image, as it would run.</summary>
public sealed class ImageTests(Image image) : IClassFixture<Image>
{
    [Fact]
    public void Dockerfile_ItsImage_IsWithoutSdkAndRoot()
    {
        var file = image.Source;
        Assert.Contains("/aspnet:", file.Base, StringComparison.Ordinal);
        Assert.Contains("chiseled", file.Base, StringComparison.Ordinal);
        Assert.True(int.Parse(file.User, CultureInfo.InvariantCulture) > 0);
        Assert.Equal("SIGTERM", file.StopSignal);
    }

    [Fact]
    public void Dockerfile_ItsPorts_AreTheDefaults()
    {
        var node = new NodeOptions();
        var (coap, mqtt) = (new CoapEdgeOptions(), new MqttEdgeOptions());
        string[] known = [$"{node.FrontDoor.HttpPort}", $"{node.FrontDoor.GrpcPort}", $"{node.Management.Port}", $"{node.Silo.Port}", $"{node.Silo.GatewayPort}",
            $"{mqtt.Port}", $"{mqtt.SecurePort}", $"{coap.Port}/udp"];
        Assert.Empty(known.Except(image.Source.Ports));

        // CoAP over DTLS, by its registered port.
        Assert.Equal(["5684/udp"], image.Source.Ports.Except(known));
    }

    [Fact]
    public void Dockerfile_ItsImage_KnowsTimeZones()
    {
        // The chiseled base has none.
        Assert.Contains("--from=build /usr/share/zoneinfo /usr/share/zoneinfo", image.Source.Copies);
        Assert.Contains(image.Source.Build, command => command.Contains("tzdata", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Run_AsTheImageDoes_ServesAndStopsInOrder()
    {
        Skip.IfNot(Image.CanRun, "only root can take the image's user");
        var before = image.Snapshot();
        var ports = Ports.Take(["FrontDoor__HttpPort", "FrontDoor__GrpcPort", "Management__Port", "Edge__Coap__Port", "Edge__Mqtt__Port", "Silo__Port", "Silo__GatewayPort"]);
        var settings = ports.ToDictionary(port => $"M2M__{port.Key}", port => port.Value.ToString(CultureInfo.InvariantCulture));

        // As in compose and on Kubernetes: reached from outside.
        foreach (var key in new[] { "FrontDoor", "Management", "Edge" }) settings[$"M2M__{key}__Address"] = "0.0.0.0";
        foreach (var key in new[] { "FrontDoor__AllowCleartext", "Edge__Coap__AllowPlain", "Edge__Mqtt__AllowPlain" }) settings[$"M2M__{key}"] = "true";
        settings["M2M__Silo__Address"] = "localhost";
        var key0 = Path.Combine(image.Data, "operator.key");

        var early = await image.RunAsync(settings, ["--health"]);
        Assert.Equal(1, early.Code);
        // With the fleet that compose lets live on the first silo.
        using var node = image.Start(settings, ["--demo"]);
        var output = node.StandardOutput.ReadToEndAsync();
        var errors = node.StandardError.ReadToEndAsync();
        try
        {
            await Until(async () =>
            {
                if (node.HasExited) Assert.Fail($"ended with {node.ExitCode}: {await output}{await errors}");
                return (await image.RunAsync(settings, ["--health"])).Code == 0;
            });
            using var rest = new RestClient(new($"http://127.0.0.1:{ports["FrontDoor__HttpPort"]}/"), (await File.ReadAllTextAsync(key0)).Trim());
            await rest.PostAsync("v1/objects?objectId=first", new { kind = "DEVICE" });
            Assert.Equal("objects/first", (string?)(await rest.GetAsync("v1/objects/first"))["name"]);
            await rest.GetUntilAsync("v1/objects", page => page["objects"]!.AsArray().Any(item => item!["registration"] is not null));

            // The tool beside it, as docker compose exec and kubectl exec call it.
            var server = new[] { "--server", $"http://127.0.0.1:{ports["FrontDoor__GrpcPort"]}" };
            var listed = await image.RunAsync(new Dictionary<string, string> { ["M2M_KEY_FILE"] = key0 }, ["object", "list", .. server], "m2m/m2m.dll");
            Assert.True(listed.Code == 0, listed.Output);
            Assert.Contains("first", listed.Output, StringComparison.Ordinal);

            // A device from outside, in clear as allowed.
            await rest.PostAsync("v1/objects/first/credentials", new { mqttSecret = new { secret = RawMqtt.Secret } });
            using (await (await RawMqtt.Open(ports["Edge__Mqtt__Port"])).Enter(RawMqtt.Connect("first"))) await MetricsOfTheAutoscaler(ports["Management__Port"]);

            await Tool.RunAsync("kill", "-TERM", node.Id.ToString(CultureInfo.InvariantCulture));
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
            await node.WaitForExitAsync(patience.Token);
            Assert.Equal(0, node.ExitCode);
        }
        finally
        {
            if (!node.HasExited) node.Kill(entireProcessTree: true);
        }

        Assert.Equal(before, image.Snapshot());
    }

    /// <summary>What the autoscaler is told by, a silo tells.</summary>
    private static async Task MetricsOfTheAutoscaler(int port)
    {
        var scaler = Manifests.Parse(Repository.Read("k8s", "overlays", "production", "autoscaler.yaml")).All<V2HorizontalPodAutoscaler>().Single();
        var names = scaler.Spec.Metrics.Where(metric => metric.Pods is not null).Select(metric => metric.Pods.Metric.Name).ToList();
        Assert.NotEmpty(names);
        using var http = new HttpClient();
        var metrics = await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"));
        Assert.All(names, name => Assert.Contains($"\n{name}{{", metrics, StringComparison.Ordinal));
        Assert.All(names, name => Assert.Contains($"{name}{{namespace", Repository.Read("k8s", "prometheus-adapter.yaml"), StringComparison.Ordinal));
    }

    private static async Task Until(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (!await holds()) await poll.WaitForNextTickAsync(patience.Token);
    }
}
