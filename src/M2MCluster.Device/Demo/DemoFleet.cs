using System.Globalization;
using System.Text.Json.Nodes;
using M2MCluster.Device.Coap;
using M2MCluster.Device.Fleet;
using M2MCluster.Device.Mqtt;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.Device.Demo;

/// <summary>
/// A small fleet that shows the platform alive: three sleeping meters and a gateway with two valves over CoAP, a tracker over MQTT, and an
/// application that writes to whoever sleeps. It makes its objects by the API and may be started again on the same data.
/// </summary>
public static class DemoFleet
{
    private const string Application = "demo";
    private const string Tracker = "demo-tracker";
    private const string Gateway = "demo-gateway";

    private static readonly string[] Meters = ["demo-meter-1", "demo-meter-2", "demo-meter-3"];
    private static readonly string[] Valves = ["demo-valve-1", "demo-valve-2"];
    private static readonly SleepPlan TrackerPlan = new(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(8));
    private static readonly SleepPlan GatewayPlan = new(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(12));
    private static readonly TimeSpan WritesEvery = TimeSpan.FromSeconds(3);

    // So soon after its last word the platform still takes a device to be awake.
    private static readonly TimeSpan SurelyAsleep = TimeSpan.FromSeconds(3.5);
    private static readonly TimeSpan WatchesAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>Lives until cancelled, and tells each thing that happens in a line.</summary>
    /// <exception cref="HttpRequestException">The front door cannot be reached, or refuses what the fleet needs.</exception>
    public static async Task RunAsync(DemoOptions options, TextWriter output, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(output);
        var narrator = new DemoNarrator(output, time);
        using var frontDoor = new DemoFrontDoor(options);
        var fleet = new List<Sleeper>();
        try
        {
            await CreateAsync(frontDoor, options, cancellationToken).ConfigureAwait(false);
            var secret = options.Mqtt is null ? null : await frontDoor.RenewSecretAsync(Tracker, cancellationToken).ConfigureAwait(false);
            fleet.AddRange(Wake(options, secret, narrator, time));
            var cursor = await frontDoor.SkipAsync(Application, cancellationToken).ConfigureAwait(false);
            narrator.Tell(Application, $"{fleet.Count} devices and gateways begin to live");
            await Task.WhenAll(
                [WatchAsync(frontDoor, cursor, narrator, time, cancellationToken), WriteAsync(frontDoor, narrator, time, cancellationToken), .. fleet.Select(sleeper => sleeper.RunAsync(cancellationToken))])
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The way it ends.
        }
        finally
        {
            foreach (var sleeper in fleet) await sleeper.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task CreateAsync(DemoFrontDoor frontDoor, DemoOptions options, CancellationToken cancellationToken)
    {
        await frontDoor.EnsureAsync("applications", $"applicationId={Application}", [], cancellationToken).ConfigureAwait(false);
        var subscription = new JsonObject { ["filter"] = "object = \"demo-*\"" };
        await frontDoor.EnsureAsync($"applications/{Application}/subscriptions", "subscriptionId=demo", subscription, cancellationToken).ConfigureAwait(false);
        if (options.Mqtt is not null) await CreateAsync(frontDoor, Tracker, "DEVICE", null, TrackerPlan, cancellationToken).ConfigureAwait(false);
        if (options.Coap is null) return;
        for (var i = 0; i < Meters.Length; i++) await CreateAsync(frontDoor, Meters[i], "DEVICE", null, PlanOfMeter(i), cancellationToken).ConfigureAwait(false);
        await CreateAsync(frontDoor, Gateway, "GATEWAY", null, GatewayPlan, cancellationToken).ConfigureAwait(false);
        foreach (var valve in Valves) await CreateAsync(frontDoor, valve, "DEVICE", Gateway, GatewayPlan, cancellationToken).ConfigureAwait(false);
    }

    // The platform is told how the object sleeps, so that it can say until when a message will wait.
    private static Task CreateAsync(DemoFrontDoor frontDoor, string id, string kind, string? gateway, SleepPlan plan, CancellationToken cancellationToken)
    {
        var description = new JsonObject
        {
            ["kind"] = kind,
            ["securityPolicy"] = new JsonObject { ["plain"] = "FULL" },
            ["characteristics"] = new JsonObject
            {
                ["sleeping"] = true,
                ["awakeWindow"] = plan.Awake.TotalSeconds,
                ["reportPeriod"] = (plan.Awake + plan.Asleep).TotalSeconds,
            },
        };
        if (gateway is not null) description["gateway"] = $"objects/{gateway}";
        return frontDoor.EnsureAsync("objects", $"objectId={id}", description, cancellationToken);
    }

    private static IEnumerable<Sleeper> Wake(DemoOptions options, string? secret, DemoNarrator narrator, TimeProvider time)
    {
        // Numbers go on from the last demonstration's, which had a report a second at most.
        var first = time.GetUtcNow().ToUnixTimeSeconds();
        if (options.Coap is { } coap)
        {
            for (var i = 0; i < Meters.Length; i++)
            {
                yield return new CoapSleeper(new CoapDeviceOptions { Name = Meters[i], Server = coap }, [], PlanOfMeter(i), Measure, narrator, time) { FirstSequence = first };
            }

            yield return new CoapSleeper(new CoapDeviceOptions { Name = Gateway, Server = coap }, Valves, GatewayPlan, Measure, narrator, time) { FirstSequence = first };
        }

        if (options.Mqtt is { } mqtt && secret is not null)
        {
            yield return new MqttSleeper(new MqttDeviceOptions { Name = Tracker, Secret = secret, Server = mqtt }, [], TrackerPlan, Measure, narrator, time) { FirstSequence = first };
        }
    }

    // The first comes back from another port each time, as from behind a NAT.
    private static SleepPlan PlanOfMeter(int index) => new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10 + (3 * index)), Rebinds: index == 0);

    private static SenmlRecord[] Measure(string objectId, long sequence) => objectId switch
    {
        Tracker => [new() { Name = "latitude", Unit = "lat", Value = 48.1 + (sequence % 1000 / 10_000.0) }, new() { Name = "longitude", Unit = "lon", Value = 11.5 }],
        Gateway => [new() { Name = "uptime", Unit = "s", Value = sequence % 86_400 }],
        _ when Valves.Contains(objectId) => [new() { Name = "open", BooleanValue = sequence % 2 == 0 }],
        _ => [new() { Name = "energy", Unit = "kWh", Value = sequence % 100_000 / 100.0 }],
    };

    private static async Task WatchAsync(DemoFrontDoor frontDoor, string cursor, DemoNarrator narrator, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await foreach (var happened in frontDoor.WatchAsync(Application, cursor, cancellationToken).ConfigureAwait(false)) narrator.Heard(happened);
            }
            catch (Exception lost) when (lost is HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
            {
                narrator.Tell(Application, $"the feed broke off: {lost.Message}");
            }

            await Task.Delay(WatchesAgainAfter, time, cancellationToken).ConfigureAwait(false);
            cursor = await frontDoor.SkipAsync(Application, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task WriteAsync(DemoFrontDoor frontDoor, DemoNarrator narrator, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var count = 1; ; count++)
        {
            await Task.Delay(WritesEvery, time, cancellationToken).ConfigureAwait(false);
            var objectId = await narrator.Asleep.ReadAsync(cancellationToken).ConfigureAwait(false);
            while (narrator.Asleep.TryRead(out var later)) objectId = later;
            await Task.Delay(SurelyAsleep, time, cancellationToken).ConfigureAwait(false);
            try
            {
                var id = await frontDoor.SendAsync(objectId, string.Create(CultureInfo.InvariantCulture, $"set-point {count}"), cancellationToken).ConfigureAwait(false);
                narrator.Tell(objectId, $"message {id} accepted. {await frontDoor.ExplainAsync(id, cancellationToken).ConfigureAwait(false)}");
            }
            catch (HttpRequestException refused)
            {
                narrator.Tell(objectId, $"the message was not accepted: {refused.Message}");
            }
        }
    }
}
