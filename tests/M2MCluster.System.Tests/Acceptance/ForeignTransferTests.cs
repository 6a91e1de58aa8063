using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using M2MCluster.Protocols.Coap;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>Large transfers to and from libcoap that are interrupted, by something more urgent or because the device moves; seen datagram by datagram.</summary>
public sealed class ForeignTransferTests(Node node) : IClassFixture<Node>
{
    private const int Blocks = 64;
    private const int Middle = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentQueue<string> _wire = new();
    private readonly TaskCompletionSource<string> _middle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _firmware = [.. Enumerable.Range(0, Blocks * 1024).Select(i => (byte)(i * 31))];

    [SkippableFact]
    [Requirement("4.17.b")]
    public async Task Alarm_WhileAFirmwareIsPushedToLibcoap_GoesBetweenTwoBlocksAndTheFirmwareGoesOn()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        await using var relay = new UdpRelay(node.Host.CoapPort, (message, fromDevice) => PassAsync(message, fromDevice, () => SendAsync(id, "fire"u8.ToArray(), 7, "/alarm")));
        await using var device = await LibcoapDevice.StartAsync(id, relay.EndPoint.Port, "</firmware>,</alarm>");
        var firmware = await SendAsync(id, _firmware, 0, "/firmware");

        await AppliedAsync(firmware);
        await AppliedAsync(await _middle.Task.WaitAsync(Patience));
        Assert.Equal(_firmware, await device.ReadAsync("/firmware"));
        Assert.Equal("fire"u8.ToArray(), await device.ReadAsync("/alarm"));
        var wire = _wire.Distinct().Select(line => line.Split(' ')[0]).ToList();
        Assert.InRange(wire.IndexOf("/alarm"), Middle + 1, Blocks - 1);
        Assert.Equal(Enumerable.Range(0, Blocks).Select(block => $"{block}"), wire.Where(line => line != "/alarm"));
    }

    [SkippableFact]
    [Requirement("4.17.b")]
    public async Task Alarm_WhileLibcoapFetchesAFirmware_IsFetchedFirstAndTheFirmwareGoesOnAtTheNextBlock()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        var name = await SendAsync(id, _firmware, 0);
        var path = $"/m2m/mailbox/{name["messages/".Length..]}";
        var folder = Directory.CreateTempSubdirectory("m2m-fetch-").FullName;
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var relay = new UdpRelay(node.Host.CoapPort, async (message, fromDevice) =>
        {
            if (!fromDevice || message.Code != CoapCode.Get || message.Options.UriPath != path) return;
            var block = message.Options.Block2?.Number ?? 0;
            _wire.Enqueue($"{block} {message.MessageId}");
            if (block == Middle && _middle.TrySetResult(await SendAsync(id, "fire"u8.ToArray(), 7))) await stopped.Task;
        });
        var url = $"coap://127.0.0.1:{relay.EndPoint.Port}";
        var (head, tail) = (Path.Combine(folder, "head"), Path.Combine(folder, "tail"));
        string alarm;
        await using (Tool.Start(Programs.CoapClient, "-m", "get", "-b", "1024", "-o", head, $"{url}{path}?ep={id}")) alarm = await _middle.Task.WaitAsync(Patience);
        stopped.SetResult();

        // What comes first now is the alarm, and once it is dealt with the firmware goes on.
        Assert.Equal("fire", await FetchAsync("get", $"{url}/m2m/mailbox/next?ep={id}"));
        await FetchAsync("post", $"{url}/m2m/mailbox/{alarm["messages/".Length..]}?ep={id}&result=ok");
        await AppliedAsync(alarm);
        var taken = (int)new FileInfo(head).Length / 1024;
        var whole = (await File.ReadAllBytesAsync(head)).Take(taken * 1024).ToList();
        for (var block = taken; block < Blocks; block++)
        {
            await FetchAsync("get", $"{url}{path}?ep={id}", "-b", $"{block},1024", "-o", tail);
            whole.AddRange(await File.ReadAllBytesAsync(tail));
        }

        Assert.Equal(_firmware, whole);
        await FetchAsync("post", $"{url}{path}?ep={id}&result=ok");
        await AppliedAsync(name);
        Assert.InRange(taken, Middle - 1, Middle);
        Directory.Delete(folder, recursive: true);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    [Requirement("4.12")]
    public async Task Device_MovesInTheMiddleOfATransfer_ItBeginsAgainWhereTheDeviceIsAndArrivesOnce(bool toGateway)
    {
        var (gateway, secret) = await node.CreateAsync("GATEWAY");
        var (id, _) = await node.CreateAsync(plain: "FULL");
        await node.Rest.PatchAsync($"v1/objects/{id}", new { permittedGateways = new[] { $"objects/{gateway}" } });
        var gone = false;
        await using var relay = new UdpRelay(node.Host.CoapPort, async (message, fromDevice) =>
        {
            await PassAsync(message, fromDevice, () => Task.FromResult("half"));
            // From here on the way to the former address leads nowhere.
            if (!fromDevice && _middle.Task.IsCompleted) Volatile.Write(ref gone, true);
            if (!fromDevice && Volatile.Read(ref gone)) throw new OperationCanceledException();
        });
        var before = await LibcoapDevice.StartAsync(id, relay.EndPoint.Port, "</firmware>");
        var firmware = await SendAsync(id, _firmware, 0, "/firmware");
        await _middle.Task.WaitAsync(Patience);
        await before.DisposeAsync();

        if (toGateway)
        {
            await using var session = await JsDevice.MqttAsync(node.Host.MqttPort, gateway, secret, "m2m/children/+/mailbox/#");
            await session.PublishAsync($"m2m/children/{id}/status", "online");
            Assert.Equal(_firmware, await session.ApplyAsync(firmware, $"m2m/children/{id}/"));
            await AppliedAsync(firmware);
        }
        else
        {
            await using var after = await LibcoapDevice.StartAsync(id, node.Host.CoapPort, "</firmware>");
            await AppliedAsync(firmware);
            Assert.Equal(_firmware, await after.ReadAsync("/firmware"));
        }

        var why = await node.Rest.GetAsync($"v1/{firmware}:explain");
        Assert.Equal(2, why["steps"]!.AsArray().Count(step => ((string)step!["what"]!).StartsWith("pushed over", StringComparison.Ordinal)));
        Assert.InRange(_wire.Select(line => int.Parse(line.Split(' ')[0], global::System.Globalization.CultureInfo.InvariantCulture)).Max(), Middle, Blocks - 2);
    }

    /// <summary>A datagram to the device goes over the wire; with one in the middle of the firmware something happens.</summary>
    private async Task PassAsync(CoapMessage message, bool fromDevice, Func<Task<string>> happens)
    {
        if (fromDevice || message.Code != CoapCode.Put) return;
        if (message.Options.UriPath != "/firmware")
        {
            _wire.Enqueue($"{message.Options.UriPath} {message.MessageId}");
            return;
        }

        var block = message.Options.Block1!.Value.Number;
        _wire.Enqueue($"{block} {message.MessageId}");
        if (block == Middle && !_middle.Task.IsCompleted) _middle.TrySetResult(await happens());
        await Task.Delay(Slow);
    }

    private async Task<string> SendAsync(string id, byte[] payload, int priority, string? path = null) => (string)(await node.Rest.PostAsync("v1/messages", new
    {
        target = $"objects/{id}", payload = Convert.ToBase64String(payload), ttl = "3600s", priority, confirmation = "APPLIED",
        command = path is null ? null : new { name = "put", method = "PUT", path },
    }))["message"]!["name"]!;

    private Task<JsonNode> AppliedAsync(string name) => node.Rest.GetUntilAsync($"v1/{name}", found => (string?)found["outcome"] == "APPLIED");

    private static async Task<string> FetchAsync(string method, string url, params string[] more)
    {
        var (code, output, errors) = await Tool.RunAsync(Programs.CoapClient, ["-B", "25", "-m", method, .. more, url]);
        Assert.True(code == 0 && errors.Length == 0, errors);
        return output.Trim();
    }
}
