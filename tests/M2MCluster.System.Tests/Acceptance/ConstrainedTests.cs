using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using M2MCluster.Device;
using M2MCluster.Device.Coap;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;
using Xunit.Abstractions;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>Objects of all sorts: upgradable or not, asleep or always on, and behind frames of 127 bytes of which three in ten are lost.</summary>
public sealed class ConstrainedTests(ConstrainedNode node, ITestOutputHelper output) : IClassFixture<ConstrainedNode>
{
    private const int Reports = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(5);
    private const string Envelope = "application/suit-envelope+cose";

    private readonly CoapClient _coap = new(node);

    [Fact]
    [Requirement("6.5.a")]
    public async Task Firmware_ToAnObjectThatIsNotUpgradable_IsRefusedWithTheReason()
    {
        var fixedOne = await CreateAsync(new { upgradable = false });
        foreach (var (command, contentType) in Firmware())
        {
            var refused = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync($"objects/{fixedOne}", contentType, command));
            Assert.Contains("FAILED_PRECONDITION", refused.Message, StringComparison.Ordinal);
            Assert.Contains("'upgradable' is false", refused.Message, StringComparison.Ordinal);
            await SendAsync($"objects/{await CreateAsync(new { upgradable = true })}", contentType, command);
            await SendAsync($"objects/{await CreateAsync(new { })}", contentType, command);
        }

        // All else it gets, also what reads its firmware's state.
        await SendAsync($"objects/{fixedOne}", "text/plain", new { name = "set", method = "PUT", path = "/led" });
        await SendAsync($"objects/{fixedOne}", "text/plain", new { name = "state", method = "GET", path = "/5/0/3" });
        await SendAsync($"objects/{fixedOne}", "application/octet-stream", null);
    }

    [SkippableTheory]
    [InlineData("UNICAST", false)]
    [InlineData("UNICAST", true)]
    [InlineData("MULTICAST", false)]
    [InlineData("MULTICAST", true)]
    [Requirement("6.5.a")]
    public async Task Firmware_ToAGroup_FailsForThoseNotUpgradableAndReachesTheOthers(string mode, bool isShared)
    {
        // All behind one gateway, so that a multicast could have one frame for all.
        var (gateway, _) = await node.CreateAsync("GATEWAY", plain: "FULL");
        string[] upgradable = [await CreateAsync(new { }, gateway), await CreateAsync(new { upgradable = true }, gateway)];
        string[] fixedOnes = [await CreateAsync(isShared ? new { } : new { upgradable = false }, gateway), await CreateAsync(isShared ? new { } : new { upgradable = false }, gateway)];
        var (all, of) = ($"g-{Guid.NewGuid():n}", $"g-{Guid.NewGuid():n}");
        await node.Rest.PostAsync($"v1/groups?groupId={all}", new { members = upgradable.Concat(fixedOnes).Select(id => $"objects/{id}") });
        if (isShared) await node.Rest.PostAsync($"v1/groups?groupId={of}", new { members = fixedOnes.Select(id => $"objects/{id}"), characteristics = new { upgradable = false } });
        var message = await SendAsync($"groups/{all}", Envelope, null, mode);

        // The others get it, alone or by one frame for all of them.
        var expected = mode == "MULTICAST" ? 1 : upgradable.Length;
        foreach (var (waiting, child) in await WaitAsync(gateway, expected, fixedOnes))
            await _coap.CallAsync("post", $"/m2m/mailbox/{waiting}?ep={gateway}{(child is null ? "" : $"&for={child}")}&result=ok", "");
        foreach (var id in fixedOnes) Assert.Contains("4.04", await _coap.CallAsync("get", $"/m2m/mailbox/next?ep={gateway}&for={id}"), StringComparison.Ordinal);

        await node.Rest.GetUntilAsync($"v1/{message}", found => (string?)found["state"] == "ENDED");
        var parts = await node.Rest.GetAsync($"v1/messages?filter={Uri.EscapeDataString($"parent = \"{message}\"")}");
        var outcomes = parts["messages"]!.AsArray().ToDictionary(part => (string)part!["target"]!, part => part!);
        Assert.Equal(4, outcomes.Count);
        foreach (var id in upgradable) Assert.Equal("APPLIED", (string)outcomes[$"objects/{id}"]["outcome"]!);
        foreach (var id in fixedOnes)
        {
            Assert.Equal("FAILED", (string)outcomes[$"objects/{id}"]["outcome"]!);
            Assert.Contains("'upgradable' is false", (string)outcomes[$"objects/{id}"]["detail"]!, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    [Requirement("6.5.a")]
    public async Task Deadline_ThatASleeperCannotMeet_IsWarnedOf()
    {
        var id = await CreateAsync(new { sleeping = true, awakeWindow = 1, reportPeriod = 3600 });
        var application = await Listener.SubscribeAsync(node, new { @object = $"objects/{id}" });
        await _coap.ReportAsync(id);
        await node.Rest.GetUntilAsync($"v1/objects/{id}", found => (string?)found["status"]!["reachability"] == "ASLEEP");

        var late = await SendRawAsync($"objects/{id}", ttl: "600s");
        Assert.Equal("DELAY", (string)Assert.Single(late["mismatches"]!.AsArray())!["attribute"]!);
        Assert.Contains(late["warnings"]!.AsArray(), said => ((string)said!).Contains("the object sleeps and is expected at", StringComparison.Ordinal));
        var told = Assert.Single(await application.HearAsync("m2m.message.warning"));
        Assert.Equal((string)late["message"]!["name"]!, (string)told["data"]!["message"]!);

        var inTime = await SendRawAsync($"objects/{id}", ttl: "7200s");
        Assert.Empty(inTime["mismatches"]?.AsArray() ?? []);
        // One that always listens can meet it.
        var always = await CreateAsync(new { sleeping = false });
        await _coap.ReportAsync(always);
        Assert.Empty((await SendRawAsync($"objects/{always}", ttl: "600s"))["mismatches"]?.AsArray() ?? []);
    }

    [Fact]
    [Requirement("6.5.a")]
    public async Task Sleeper_InFramesOf127BytesOfWhichThreeInTenAreLost_EachReportOnceAndEachMessageOneOutcome()
    {
        var id = await CreateAsync(new { reportPeriod = 3600 });
        await using var relay = Relay(ConstrainedDevice.Loss);
        await using var device = new CoapDevice(ConstrainedDevice.Options(id, relay), TimeProvider.System);
        var application = await Listener.SubscribeAsync(node, new { @object = $"objects/{id}" });
        using var patience = new CancellationTokenSource(Patience);

        await ConstrainedDevice.InsistAsync(() => device.RegisterAsync(patience.Token), patience.Token);
        DeviceConfig? config = null;
        await ConstrainedDevice.InsistAsync(async () => config = await device.ConfigAsync(cancellationToken: patience.Token), patience.Token);
        Assert.Equal(TimeSpan.FromHours(1), config!.ReportPeriod);
        string[] sent = [await SendNamedAsync(id, 5, null), await SendNamedAsync(id, 200, null), await SendNamedAsync(id, 100, new { name = "led", method = "PUT", path = "/led/of/the/third/room" })];
        var reports = Enumerable.Range(0, Reports).Select(i => ConstrainedDevice.Report(device, i)).Append(ConstrainedDevice.Large(device)).ToList();
        foreach (var report in reports) await ConstrainedDevice.InsistAsync(() => device.ReportAsync(report, cancellationToken: patience.Token), patience.Token);
        var refused = await RefusedAsync(device, patience.Token);
        // Who speaks from its address the node learns anew: the device does not say its name each time.
        await node.Host.KillAsync();
        await node.Host.StartAsync();
        var handled = new ConcurrentQueue<DeviceMessage>();
        await ConstrainedDevice.InsistAsync(() => device.DrainAsync((message, _) => Handle(message, handled), cancellationToken: patience.Token), patience.Token);

        Assert.Equal(DeviceFailure.Refused, refused.Failure);
        Assert.Equal(sent.Order(StringComparer.Ordinal), handled.Select(message => $"messages/{message.Id}").Order(StringComparer.Ordinal));
        Assert.Equal([5, 100, 200], handled.Select(message => message.Payload.Length).Order());
        Assert.Equal("PUT /led/of/the/third/room", Assert.Single(handled.Select(message => message.Command).OfType<DeviceCommand>()) is var command ? $"{command.Method} {command.Path}" : "");
        var stored = (await node.Rest.GetAsync($"v1/objects/{id}/reports?pageSize=100"))["reports"]!.AsArray().Where(report => !Refused(report!)).ToList();
        Assert.Equal(reports.Select(report => Convert.ToBase64String(report.Payload.Span)).Order(StringComparer.Ordinal), stored.Select(report => (string)report!["payload"]!).Order(StringComparer.Ordinal));
        var outcomes = await application.HearAsync("m2m.message.outcome", sent.Length);
        Assert.Equal(sent.Order(StringComparer.Ordinal), outcomes.Select(told => (string)told["data"]!["message"]!).Order(StringComparer.Ordinal));
        Assert.All(outcomes, told => Assert.Equal("APPLIED", (string)told["data"]!["outcome"]!));
        ConstrainedDevice.AssertFits(relay, output);
        Assert.True(relay.Lost > 0);
    }

    [Fact]
    [Requirement("6.5.a")]
    public async Task ServerThatIsAlwaysOn_InFramesOf127BytesOfWhichThreeInTenAreLost_GetsEachCommandOnceAndItsAnswerArrivesWhole()
    {
        var id = await CreateAsync(new { });
        var carriedOut = new ConcurrentQueue<string>();
        var state = Enumerable.Range(0, 150).Select(i => (byte)i).ToArray();
        await using var relay = Relay(ConstrainedDevice.Loss);
        await using var device = new CoapDevice(
            ConstrainedDevice.Options(id, relay) with
            {
                Links = "</led>;rt=\"light\";if=\"core.a\",</t>;rt=\"temperature\";if=\"core.s\",</log>;title=\"what happened\"",
                Commands = (command, _) =>
                {
                    carriedOut.Enqueue($"{command.Method} {command.Path} {command.Payload.Length}");
                    return new(new DeviceResult(true, "application/octet-stream", state));
                },
            },
            TimeProvider.System);
        using var patience = new CancellationTokenSource(Patience);
        await ConstrainedDevice.InsistAsync(() => device.RegisterAsync(patience.Token), patience.Token);

        foreach (var (method, path, size) in new[] { ("PUT", "/led", 120), ("GET", "/log", 0), ("POST", "/led", 3) })
        {
            var name = await SendNamedAsync(id, size, new { name = "c", method, path });
            var ended = await EndedAsync(name, () => device.UpdateAsync(patience.Token), patience.Token);
            Assert.Equal(("APPLIED", Convert.ToBase64String(state)), ((string)ended["outcome"]!, (string)ended["result"]!["payload"]!));
        }

        Assert.Equal(["PUT /led 120", "GET /log 0", "POST /led 3"], carriedOut);
        ConstrainedDevice.AssertFits(relay, output);
        Assert.True(relay.Lost > 0);
    }

    [SkippableFact]
    [Requirement("6.5.a")]
    public async Task Libcoap_ThatAsksForSmallBlocks_IsToldNothingInLargerOnes()
    {
        var id = await CreateAsync(new { reportPeriod = 3600 });
        var message = (await SendNamedAsync(id, 200, null))["messages/".Length..];
        await using var relay = Relay();
        var url = $"coap://127.0.0.1:{relay.EndPoint.Port}";
        var list = await LibcoapAsync(32, "get", $"{url}/m2m/mailbox?ep={id}");
        Assert.Contains(message, list, StringComparison.Ordinal);
        Assert.Equal(200, (await LibcoapAsync(32, "get", $"{url}/m2m/mailbox/{message}?ep={id}")).Length);
        Assert.Contains("reportPeriod", await LibcoapAsync(32, "get", $"{url}/m2m/config?ep={id}"), StringComparison.Ordinal);
        // Its own requests have options that ours leave out, and so room for 16 bytes.
        await LibcoapAsync(16, "post", $"{url}/m2m/reports?ep={id}", "-t", "110", "-e", $$"""[{"n":"t","vs":"{{new string('x', 100)}}"}]""");
        await LibcoapAsync(16, "post", $"{url}/m2m/mailbox/{message}?ep={id}&result=ok", "-t", "0", "-e", "done");
        Assert.Equal("APPLIED", (string)(await node.Rest.GetAsync($"v1/messages/{message}"))["outcome"]!);
        ConstrainedDevice.AssertFits(relay, output);
    }

    private static IEnumerable<(object? Command, string ContentType)> Firmware() =>
    [
        (new { name = "firmware", method = "PUT", path = "/firmware" }, "application/octet-stream"),
        (new { name = "package", method = "PUT", path = "/5/0/0" }, "application/octet-stream"),
        (new { name = "update", method = "POST", path = "/5/0/2" }, "text/plain"),
        (null, Envelope),
    ];

    private static ValueTask<DeviceResult> Handle(DeviceMessage message, ConcurrentQueue<DeviceMessage> handled)
    {
        handled.Enqueue(message);
        return new(new DeviceResult(true, "text/plain", Encoding.ASCII.GetBytes("done, as it was to be: " + message.Id)));
    }

    /// <summary>What cannot be read is answered with a reason, which is short.</summary>
    private static async Task<DeviceException> RefusedAsync(CoapDevice device, CancellationToken cancellationToken)
    {
        var garbled = new DeviceReport(device.ReportIds.Next(), DeviceReport.SenmlJsonType, "[{\"n\":\"what\","u8.ToArray());
        DeviceException? refused = null;
        Assert.False(await DeviceRetry.InsistAsync(() => device.ReportAsync(garbled, cancellationToken: cancellationToken), failure => refused = failure, TimeProvider.System, cancellationToken));
        return refused!;
    }

    private static bool Refused(JsonNode report) => report["fault"] is not null;

    private LossyRelay Relay(double loss = 0) => ConstrainedDevice.Behind(node, output, loss);

    private async Task<string> CreateAsync(object characteristics, string? gateway = null)
    {
        var id = ConstrainedDevice.Name();
        await node.Rest.PostAsync($"v1/objects?objectId={id}", new { securityPolicy = new { plain = "FULL" }, characteristics, gateway = gateway is null ? null : $"objects/{gateway}" });
        return id;
    }

    private async Task<IReadOnlyList<(string Id, string? Child)>> ListAsync(string gateway)
    {
        var list = await _coap.CallAsync("get", $"/m2m/mailbox?ep={gateway}");
        return [.. list.Split("</m2m/mailbox/").Skip(1).Select(link => (link[..16], link.Contains("for=\"", StringComparison.Ordinal) ? link[(link.IndexOf("for=\"", StringComparison.Ordinal) + 5)..].Split('"')[0] : (string?)null))];
    }

    /// <summary>What the gateway is to hand on, once there is as much.</summary>
    private async Task<IReadOnlyList<(string Id, string? Child)>> WaitAsync(string gateway, int count, string[] notFor)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            // What is refused as soon as its object is asked for may be listed until then.
            var waiting = (await ListAsync(gateway)).Where(message => !notFor.Contains(message.Child)).ToList();
            if (waiting.Count == count) return waiting;
            await poll.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <param name="refresh">What a device does from time to time: it may count as unreachable.</param>
    private async Task<JsonNode> EndedAsync(string name, Func<Task> refresh, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return await node.Rest.GetUntilAsync($"v1/{name}", found => (string?)found["state"] == "ENDED", Refresh);
            }
            catch (TimeoutException)
            {
                // Three in ten are lost, and the pauses between repetitions double.
                await ConstrainedDevice.InsistAsync(refresh, cancellationToken);
            }
        }
    }

    private static async Task<string> LibcoapAsync(int block, string method, string url, params string[] more)
    {
        var (code, said, errors) = await Tool.RunAsync(Programs.CoapClient, ["-B", "25", "-b", $"{block}", "-m", method, .. more, url]);
        Assert.True(code == 0 && errors.Length == 0, errors);
        return said.Trim();
    }

    private async Task<string> SendNamedAsync(string id, int size, object? command) =>
        (string)(await SendRawAsync($"objects/{id}", command: command, payload: Convert.ToBase64String(Encoding.ASCII.GetBytes(new string('x', size)))))["message"]!["name"]!;

    private async Task<string> SendAsync(string target, string contentType, object? command, string? mode = null) =>
        (string)(await SendRawAsync(target, contentType: contentType, command: command, mode: mode))["message"]!["name"]!;

    private Task<JsonNode> SendRawAsync(string target, string ttl = "3600s", string contentType = "text/plain", object? command = null, string? mode = null, string payload = "aGVsbG8=") =>
        node.Rest.PostAsync("v1/messages", new { target, payload, contentType, ttl, confirmation = "APPLIED", command, mode });
}
