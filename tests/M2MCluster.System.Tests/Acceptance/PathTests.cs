using System.Text.Json.Nodes;
using M2MCluster.Device;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>One object, two bearers.</summary>
public sealed class PathTests(PathNode node) : IClassFixture<PathNode>
{
    [Fact]
    [Requirement("4.5")]
    public async Task TwoBearers_ThePolicyDecidesAndAFailingWayIsLeftAndTriedAgain()
    {
        await using var device = await TwoBearerDevice.StartAsync(node.Host);
        Assert.Equal("COAP", await SendAsync(device, "CHEAPEST"));
        var fastest = Choices(await PathsAsync(device))["FASTEST"]["paths"]!.AsArray();
        Assert.Equal(fastest.MinBy(path => Seconds(path!))!["bearer"]!.ToString(), await SendAsync(device, "FASTEST"));

        // The cheap way goes dead: the message arrives by the other, and the next one does not try it at all.
        device.Coap.Sleep();
        var name = await SendOnlyAsync(device, "CHEAPEST");
        var ended = await node.Rest.GetUntilAsync($"v1/{name}:explain", why => (string?)why["message"]!["state"] == "ENDED");
        Assert.Equal(["pushed over COAP", "no answer over COAP", "pushed over MQTT"], Steps(ended));
        Assert.Equal("MQTT", await SendAsync(device, "CHEAPEST"));
        var left = Choices(await PathsAsync(device))["CHEAPEST"]["paths"]!.AsArray().Single(path => (string?)path!["bearer"] == "COAP")!;
        Assert.Contains("failed in a row", (string?)left["reason"], StringComparison.Ordinal);
        Assert.NotNull(left["restUntil"]);

        // After its rest it is taken again.
        device.Coap.Wake();
        await node.Rest.GetUntilAsync($"v1/objects/{device.Id}:paths", paths => ChosenOf(Choices(paths)["CHEAPEST"]["paths"]!.AsArray()) == "COAP");
        Assert.Equal("COAP", await SendAsync(device, "CHEAPEST"));
    }

    [Theory]
    [InlineData(true, "MQTT")]
    [InlineData(false, "COAP")]
    [Requirement("4.5")]
    public async Task Tariff_OfTheHour_TurnsTheChoice(bool holdsNow, string cheapest)
    {
        await using var host = holdsNow ? await PathNode.StartAsync(tariffHoldsNow: true) : null;
        await using var device = await TwoBearerDevice.StartAsync(host ?? node.Host);

        Assert.Equal(cheapest, await SendAsync(device, "CHEAPEST", host: host));
    }

    [Fact]
    [Requirement("6.9")]
    public async Task Alarm_LeavesOverBothBearersAndArrivesOnceWhileAFileTakesTheFastOne()
    {
        await using var device = await TwoBearerDevice.StartAsync(node.Host);
        var alarm = await SendOnlyAsync(device, copies: 2);
        var file = await SendOnlyAsync(device, "FASTEST", path: "/file", payload: Convert.ToBase64String(new byte[100_000]));
        var why = await EndedAsync(alarm);
        var fast = (await EndedAsync(file))["paths"]!.AsArray();

        Assert.Equal(["COAP", "MQTT"], Chosen(why["paths"]!.AsArray()).Order());
        Assert.Equal(2, Steps(why).Count(step => step.StartsWith("pushed over", StringComparison.Ordinal)));
        Assert.Equal("APPLIED", (string?)why["message"]!["outcome"]);
        Assert.Equal(fast.Min(path => Seconds(path!)), fast.Where(path => (bool?)path!["chosen"] == true).Min(path => Seconds(path!)));
        Assert.Single(device.WhatItDid, what => what.EndsWith("/valve", StringComparison.Ordinal));
        Assert.Single(device.WhatItDid, what => what.EndsWith("/file", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Alarm_ToADeviceThatRemembersByBearerOnly_ArrivesOverBoth()
    {
        await using var device = await TwoBearerDevice.StartAsync(node.Host, remembersAcross: false);
        var alarm = await SendOnlyAsync(device, copies: 2);
        await EndedAsync(alarm);

        await Until(() => device.WhatItDid.Count == 2);
        Assert.Equal(["COAP /valve", "MQTT /valve"], device.WhatItDid.Order());
    }

    [Fact]
    [Requirement("D.3.3.g")]
    public async Task WayThatFails_IsRecoveredFromByWhatItWasThereFor()
    {
        await using var device = await TwoBearerDevice.StartAsync(node.Host);
        device.Coap.Sleep();

        // The first choice: the next one takes over.
        var first = await EndedAsync(await SendOnlyAsync(device, "CHEAPEST"));
        Assert.Equal(["pushed over COAP", "no answer over COAP", "pushed over MQTT"], Steps(first));

        // A copy: the other one is there already, and neither is sent again.
        device.Coap.Wake();
        await node.Rest.GetUntilAsync($"v1/objects/{device.Id}:paths", paths => ChosenOf(Choices(paths)["CHEAPEST"]["paths"]!.AsArray()) == "COAP");
        device.Coap.Sleep();
        var copied = await EndedAsync(await SendOnlyAsync(device, copies: 2));
        Assert.Equal("APPLIED", (string?)copied["message"]!["outcome"]);
        Assert.Equal(["pushed over COAP", "pushed over MQTT"], Steps(copied).Where(step => step.StartsWith("pushed", StringComparison.Ordinal)).Order());

        // The only one: the message waits for it, and takes it again when it is heard of.
        await device.Mqtt.DisconnectAsync();
        var only = await SendOnlyAsync(device, "CHEAPEST");
        await node.Rest.GetUntilAsync($"v1/{only}:explain", why => Steps(why).Contains("no answer over COAP"));
        Assert.Equal("WAITING", (string?)(await node.Rest.GetAsync($"v1/{only}"))["state"]);
        device.Coap.Wake();
        await device.Coap.UpdateAsync();
        Assert.Equal("APPLIED", (string?)(await EndedAsync(only))["message"]!["outcome"]);
        Assert.Equal("pushed over COAP", Steps(await node.Rest.GetAsync($"v1/{only}:explain"))[^1]);
    }

    [Fact]
    [Requirement("6.9")]
    public async Task Report_OverBothBearers_IsStoredAndToldOnce()
    {
        await using var device = await TwoBearerDevice.StartAsync(node.Host);
        var report = DeviceReport.OfJson(device.Mqtt.ReportIds.Next(), [new() { Name = "smoke", Value = 1 }]);

        await Task.WhenAll(device.Mqtt.ReportAsync(report), device.Coap.ReportAsync(report));

        Assert.Single((await node.Rest.GetAsync($"v1/objects/{device.Id}/reports"))["reports"]!.AsArray());
    }

    [Fact]
    [Requirement("4.12")]
    public async Task Message_UnderWayOverOneBearer_FollowsTheDeviceToTheOther()
    {
        await using var device = await TwoBearerDevice.StartAsync(node.Host);
        await device.Mqtt.DisconnectAsync();
        await device.Coap.UpdateAsync();
        device.Coap.Sleep();
        var name = await SendOnlyAsync(device);
        await node.Rest.GetUntilAsync($"v1/{name}:explain", why => Steps(why).Contains("pushed over COAP"));

        await device.Mqtt.ConnectAsync();

        Assert.Equal("APPLIED", (string?)(await EndedAsync(name))["message"]!["outcome"]);
        Assert.Equal(["MQTT /valve"], device.WhatItDid);
    }

    private async Task<string> SendAsync(TwoBearerDevice device, string preference, HostProcess? host = null)
    {
        var name = await SendOnlyAsync(device, preference, host: host);
        var ended = await (host ?? node.Host).Rest.GetUntilAsync($"v1/{name}:explain", why => (string?)why["message"]!["state"] == "ENDED");
        Assert.Equal("APPLIED", (string?)ended["message"]!["outcome"]);
        return ChosenOf(ended["paths"]!.AsArray());
    }

    private async Task<string> SendOnlyAsync(
        TwoBearerDevice device, string preference = "BALANCED", int copies = 1, string path = "/valve", string payload = "b24=", HostProcess? host = null)
    {
        var answer = await (host ?? node.Host).Rest.PostAsync("v1/messages", new
        {
            target = $"objects/{device.Id}", payload, contentType = "application/octet-stream", ttl = "600s", priority = copies, confirmation = "APPLIED",
            command = new { name = "act", method = "POST", path }, pathPolicy = new { preference, copies },
        });
        return (string)answer["message"]!["name"]!;
    }

    private Task<JsonNode> EndedAsync(string name) => node.Rest.GetUntilAsync($"v1/{name}:explain", why => (string?)why["message"]!["state"] == "ENDED");

    private Task<JsonNode> PathsAsync(TwoBearerDevice device) => node.Rest.GetAsync($"v1/objects/{device.Id}:paths");

    private static Dictionary<string, JsonNode> Choices(JsonNode paths) => paths["choices"]!.AsArray().ToDictionary(choice => (string)choice!["preference"]!, choice => choice!);

    private static IEnumerable<string> Chosen(JsonArray paths) => paths.Where(path => (bool?)path!["chosen"] == true).Select(path => (string)path!["bearer"]!);

    private static string ChosenOf(JsonArray paths) => string.Join(' ', Chosen(paths));

    private static double Seconds(JsonNode path) => double.Parse(((string)path["delay"]!).TrimEnd('s'), global::System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What happened on the ways, without the reasons.</summary>
    private static List<string> Steps(JsonNode why) =>
        [.. why["steps"]!.AsArray().Select(step => ((string)step!["what"]!).Split(':')[0]).Where(what => what.Contains(" over ", StringComparison.Ordinal) && !what.StartsWith("acknowledged", StringComparison.Ordinal))];

    private static async Task Until(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!holds()) await poll.WaitForNextTickAsync(patience.Token);
    }
}
