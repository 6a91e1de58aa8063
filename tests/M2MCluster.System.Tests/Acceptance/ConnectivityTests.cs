using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using M2MCluster.Device;
using M2MCluster.Device.Coap;
using M2MCluster.Device.Mqtt;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>How long objects stay within reach, when they are silent, and what they say to each other.</summary>
public sealed class ConnectivityTests(Node node) : IClassFixture<Node>
{
    [Fact]
    [Requirement("4.15.a")]
    public async Task PersistentSession_OutlivesSingleExchanges_AndDownlinkGoesOutAtOnceOnIt()
    {
        var (id, secret) = await node.CreateAsync();
        await using var device = await ConnectAsync(id, secret);
        foreach (var text in new[] { "one", "two" })
        {
            await device.ReportAsync(Report(device.ReportIds.Next()));
            // Nothing is asked for: the message goes out on the session that is there.
            Assert.Equal("APPLIED", await OutcomeAsync(await SendAsync(id, text)));
        }

        Assert.Equal("REACHABLE", await ReachabilityAsync(id));
        Assert.True(device.IsConnected);
    }

    [Fact]
    [Requirement("4.15.b")]
    public async Task PersistentSession_IsEndedByACallOrByItsIdleTimer()
    {
        var (called, secret) = await node.CreateAsync();
        await using (var device = await ConnectAsync(called, secret))
        {
            await node.Rest.PostAsync($"v1/objects/{called}:disconnect", new { });
            await node.Rest.GetUntilAsync($"v1/objects/{called}", found => found["status"]!["connected"]?.AsArray().Count is null or 0);
            await UntilAsync(() => !device.IsConnected);
            await ConnectAgainAsync(device);
            Assert.Equal("REACHABLE", await ReachabilityAsync(called));
        }

        var (idle, other) = await node.CreateAsync();
        await node.Rest.PatchAsync($"v1/objects/{idle}", new { characteristics = new { idleTimeout = 2, sleeping = true } });
        await using var quiet = await ConnectAsync(idle, other);
        await UntilAsync(() => !quiet.IsConnected);
        await node.Rest.GetUntilAsync($"v1/objects/{idle}", found => (string?)found["status"]!["reachability"] == "ASLEEP");
    }

    [Fact]
    public async Task RareUser_IsToldThatNothingMoreComes_AndIsAsleepAtOnce()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        await node.Rest.PatchAsync($"v1/objects/{id}", new { characteristics = new { offWhenDone = true } });
        await using var device = Coap(id);
        Assert.Equal(0, await device.ReportAndSleepAsync(Report(device.ReportIds.Next()), Done));
        Assert.True(device.IsAsleep);
        Assert.Equal("ASLEEP", await ReachabilityAsync(id));

        var (first, second) = (await SendAsync(id, "one"), await SendAsync(id, "two"));
        Assert.Equal(2, await device.ReportAndSleepAsync(Report(device.ReportIds.Next()), Done));
        Assert.Equal(("APPLIED", "APPLIED"), (await OutcomeAsync(first), await OutcomeAsync(second)));
        Assert.True(device.IsAsleep);
        Assert.Equal("ASLEEP", await ReachabilityAsync(id));
    }

    [Fact]
    [Requirement("4.22.b")]
    public async Task SuspendedObject_IsSilentBothWays_AndTrafficFollowsOnResume()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        var application = await Listener.SubscribeAsync(node, new { @object = $"objects/{id}" });
        var frames = 0;
        var executed = 0;
        await using var device = Coap(id, _ => Interlocked.Increment(ref frames), (_, _) =>
        {
            Interlocked.Increment(ref executed);
            return new(new DeviceResult(true));
        });
        await device.RegisterAsync();
        Assert.Equal("APPLIED", await OutcomeAsync(await SendAsync(id, "on", command: true)));
        Assert.Equal(1, executed);

        await device.SuspendAsync(TimeSpan.FromHours(1));
        await node.Rest.GetUntilAsync($"v1/objects/{id}", found => (string?)found["status"]!["reachability"] == "SUSPENDED");
        var before = Volatile.Read(ref frames);
        // What each side has to say waits: a command with an hour, one whose deadline comes meanwhile, and a report.
        var late = await SendAsync(id, "off", command: true);
        var dead = await SendAsync(id, "gone", command: true, ttl: "1s");
        var reporting = device.ReportAsync(Report(device.ReportIds.Next()));
        Assert.Equal("EXPIRED", await OutcomeAsync(dead));
        var waiting = await node.Rest.GetAsync($"v1/{late}:explain");
        Assert.Contains("radio", (string)waiting["waitsFor"]!, StringComparison.Ordinal);
        Assert.DoesNotContain(waiting["steps"]!.AsArray(), step => ((string)step!["what"]!).StartsWith("pushed", StringComparison.Ordinal));
        Assert.False(reporting.IsCompleted);
        Assert.Equal((before, 1), (Volatile.Read(ref frames), executed));

        await device.ResumeAsync();
        await reporting;
        Assert.Equal("APPLIED", await OutcomeAsync(late));
        Assert.Equal(2, executed);
        var states = (await application.HearAsync("m2m.object.reachability", 3)).Select(told => (string)told["data"]!["reachability"]!);
        Assert.Contains("SUSPENDED", states);
        Assert.NotEqual("SUSPENDED", states.Last());
    }

    [Fact]
    public async Task Object_SendsToAnotherByName_IfBothPermitIt_AndHearsTheOutcome()
    {
        var name = $"imei:{Guid.NewGuid():n}";
        var (button, secret) = await node.CreateAsync(plain: "FULL");
        var (lamp, _) = await node.CreateAsync(plain: "FULL");
        await node.Rest.PatchAsync($"v1/objects/{lamp}", new { names = new[] { name } });
        await using var sender = Coap(button);
        await using var receiver = Coap(lamp);
        var refused = await Assert.ThrowsAsync<DeviceException>(() => sender.SendToAsync(name, "on"u8.ToArray(), "text/plain", "a"));
        Assert.Equal(DeviceFailure.NotAllowed, refused.Failure);
        await node.Rest.PatchAsync($"v1/objects/{button}", new { characteristics = new { peers = new[] { lamp } } });
        refused = await Assert.ThrowsAsync<DeviceException>(() => sender.SendToAsync(name, "on"u8.ToArray(), "text/plain", "a"));
        Assert.Equal(DeviceFailure.NotAllowed, refused.Failure);
        await node.Rest.PatchAsync($"v1/objects/{lamp}", new { characteristics = new { peers = new[] { button } } });

        var id = await sender.SendToAsync(name, "on"u8.ToArray(), "text/plain", "a");
        Assert.Equal(id, await sender.SendToAsync(name, "on"u8.ToArray(), "text/plain", "a"));
        var got = new List<string>();
        Assert.Equal(1, await receiver.DrainAsync((message, _) =>
        {
            got.Add(Encoding.UTF8.GetString(message.Payload.Span));
            return new(new DeviceResult(true));
        }));
        Assert.Equal(["on"], got);
        Assert.Equal($"objects/{button}", (string)(await node.Rest.GetAsync($"v1/messages/{id}"))["peer"]!);

        var told = await sender.FetchNextAsync();
        var outcome = JsonNode.Parse(told!.Payload.Span)!;
        Assert.Equal(($"messages/{id}", "APPLIED"), ((string)outcome["message"]!, (string)outcome["outcome"]!));
        await sender.PostResultAsync(told.Id, DeviceResult.Done);

        // The same over MQTT, where what it hears is pushed.
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var connected = new MqttDevice(
            new() { Name = button, Secret = secret, Server = new(IPAddress.Loopback, node.Host.MqttPort), Messages = (message, _) =>
            {
                heard.TrySetResult(Encoding.UTF8.GetString(message.Payload.Span));
                return new(DeviceResult.Done);
            } },
            TimeProvider.System);
        await connected.ConnectAsync();
        await connected.SendToAsync(lamp, "off"u8.ToArray(), "text/plain", "b");
        Assert.Equal(1, await receiver.DrainAsync(Done));
        Assert.Equal("APPLIED", (string)JsonNode.Parse(await heard.Task.WaitAsync(TimeSpan.FromSeconds(60)))!["outcome"]!);
    }

    [Fact]
    [Requirement("6.8")]
    public async Task AsymmetricFlows_SendOnlyObjects_DifferentBearersAndLargeDownloadsToMany()
    {
        // Send-only: what is sent to it fails at once, with the reason.
        var (meter, _) = await node.CreateAsync(plain: "REPORTS");
        await node.Rest.PatchAsync($"v1/objects/{meter}", new { characteristics = new { sendOnly = true } });
        await using var device = Coap(meter);
        await device.ReportAsync(Report(device.ReportIds.Next()));
        Assert.Contains("only sends", (await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(meter, "x"))).Message, StringComparison.Ordinal);

        // Up over CoAP, down over MQTT.
        var (both, secret) = await node.CreateAsync(plain: "FULL");
        await node.Rest.PatchAsync($"v1/objects/{both}", new { characteristics = new { sendOnly = new[] { "COAP" } } });
        await using var up = Coap(both, commands: (_, _) => throw new InvalidOperationException("Nothing comes down over CoAP."));
        await up.RegisterAsync();
        await up.ReportAsync(Report(up.ReportIds.Next()));
        var early = await node.Rest.PostAsync("v1/messages", Message(both, "down", command: true));
        Assert.Contains(early["warnings"]!.AsArray(), warning => ((string)warning!).Contains("only sends over COAP", StringComparison.Ordinal));
        await using (await ConnectAsync(both, secret)) Assert.Equal("APPLIED", await OutcomeAsync((string)early["message"]!["name"]!));

        // A MiB to many, block by block.
        var image = new byte[1 << 20];
        new Random(7).NextBytes(image);
        var members = new List<string>();
        for (var i = 0; i < 8; i++) members.Add((await node.CreateAsync(plain: "FULL")).Id);
        var group = $"g-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/groups?groupId={group}", new { members = members.Select(member => $"objects/{member}") });
        var sent = await node.Rest.PostAsync("v1/messages", new { target = $"groups/{group}", payload = Convert.ToBase64String(image), confirmation = "APPLIED", ttl = "3600s" });
        await Parallel.ForEachAsync(members, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (member, cancellation) =>
        {
            await using var fetcher = Coap(member);
            Assert.Equal(1, await fetcher.DrainAsync((message, _) => new(new DeviceResult(message.Payload.Span.SequenceEqual(image))), cancellationToken: cancellation));
        });
        Assert.Equal("APPLIED", await OutcomeAsync((string)sent["message"]!["name"]!));
    }

    [Fact]
    [Requirement("4.12")]
    public async Task ConversationUnderWay_GoesOnOverChangesOfCellRoamingGatewayAndBearer()
    {
        var (first, _) = await node.CreateAsync("GATEWAY", "FULL");
        var (second, _) = await node.CreateAsync("GATEWAY", "FULL");
        var (id, secret) = await node.CreateAsync(plain: "FULL");
        await node.Rest.PatchAsync($"v1/objects/{id}", new { permittedGateways = new[] { $"objects/{first}", $"objects/{second}" } });
        var application = await Listener.SubscribeAsync(node, new { @object = $"objects/{id}" });
        await using var device = Coap(id);
        await device.RegisterAsync([("cell", "262-01-17"), ("roaming", "false")]);
        var one = await SendAsync(id, "one");
        var two = await SendAsync(id, "two");
        var three = await SendAsync(id, "three");

        // Fetched in one cell, answered in another, roaming, and from another port.
        var fetched = await device.FetchNextAsync();
        await device.RebindAsync();
        await device.UpdateAsync([("cell", "208-10-3"), ("roaming", "true")]);
        await device.PostResultAsync(fetched!.Id, DeviceResult.Done);
        Assert.Equal("APPLIED", await OutcomeAsync(one));
        var now = (await node.Rest.GetAsync($"v1/objects/{id}"))["effectiveCharacteristics"]!;
        Assert.Equal(("208-10-3", true), ((string)now["cell"]!["value"]!, (bool)now["roaming"]!["value"]!));
        Assert.Contains(await application.HearAsync("m2m.object.updated"), told => (string?)told["data"]!["parameters"]?["cell"] == "208-10-3");

        // Fetched by one gateway, answered by the next.
        await using var here = Coap(first);
        await using var there = Coap(second);
        // In whose session a child is attached the platform knows by the gateway's own registration.
        await here.RegisterAsync();
        await there.RegisterAsync();
        await here.AttachAsync(id);
        fetched = await here.FetchNextAsync(id);
        await there.AttachAsync(id);
        await there.PostResultAsync(fetched!.Id, DeviceResult.Done, id);
        Assert.Equal("APPLIED", await OutcomeAsync(two));

        // Fetched over CoAP, answered over MQTT.
        fetched = await there.FetchNextAsync(id);
        await using var connected = await ConnectAsync(id, secret);
        await connected.PostResultAsync(fetched!.Id, DeviceResult.Done);
        Assert.Equal(three["messages/".Length..], fetched.Id);
        Assert.Equal("APPLIED", await OutcomeAsync(three));
    }

    /// <summary>The client that the library stands on is busy with the end of its connection for a moment yet.</summary>
    private static async Task ConnectAgainAsync(MqttDevice device)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            try
            {
                await device.ConnectAsync();
                return;
            }
            catch (DeviceException busy) when (busy.InnerException is InvalidOperationException)
            {
                await poll.WaitForNextTickAsync(patience.Token);
            }
        }
    }

    private static ValueTask<DeviceResult> Done(DeviceMessage message, CancellationToken cancellation) => new(DeviceResult.Done);

    private static DeviceReport Report(string id) => DeviceReport.OfJson(id, [new() { Name = "t", Value = 1 }]);

    private CoapDevice Coap(string id, Action<RadioActivity>? radio = null, CommandHandler? commands = null) => new(
        new() { Name = id, Server = new(IPAddress.Loopback, node.Host.CoapPort), Radio = radio, Commands = commands, Links = commands is null ? "" : "</led>" }, TimeProvider.System);

    private async Task<MqttDevice> ConnectAsync(string id, string secret)
    {
        var device = new MqttDevice(new() { Name = id, Secret = secret, Server = new(IPAddress.Loopback, node.Host.MqttPort), Messages = Done }, TimeProvider.System);
        await device.ConnectAsync();
        return device;
    }

    private static object Message(string id, string text, bool command, string ttl = "3600s") => new
    {
        target = $"objects/{id}", payload = Convert.ToBase64String(Encoding.UTF8.GetBytes(text)), contentType = "text/plain", confirmation = "APPLIED", ttl,
        command = command ? new { method = "PUT", path = "/led" } : null,
    };

    private async Task<string> SendAsync(string id, string text, bool command = false, string ttl = "3600s") =>
        (string)(await node.Rest.PostAsync("v1/messages", Message(id, text, command, ttl)))["message"]!["name"]!;

    private async Task<string> OutcomeAsync(string message) =>
        (string)(await node.Rest.GetUntilAsync($"v1/{message}", found => (string?)found["state"] == "ENDED"))["outcome"]!;

    private async Task<string> ReachabilityAsync(string id) => (string)(await node.Rest.GetAsync($"v1/objects/{id}"))["status"]!["reachability"]!;

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!holds()) await Task.Delay(50, limit.Token);
    }
}
