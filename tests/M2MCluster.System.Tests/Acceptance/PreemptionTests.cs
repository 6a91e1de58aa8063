using System.Collections.Concurrent;
using M2MCluster.Device;
using M2MCluster.Device.Coap;
using M2MCluster.Protocols.Coap;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>An alarm does not wait for a firmware; seen datagram by datagram on a slow way.</summary>
public sealed class PreemptionTests(Node node) : IClassFixture<Node>
{
    private const int AlarmAt = 10;
    private const int Blocks = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _wire = new();
    private readonly ConcurrentQueue<string> _handled = new();
    private readonly TaskCompletionSource<string> _alarm = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _firmware = [.. Enumerable.Range(0, Blocks * 1024).Select(i => (byte)(i * 31))];

    [Fact]
    [Requirement("4.17.b")]
    public async Task Alarm_WhileTheDeviceFetchesAFirmware_InterruptsItAndItGoesOnAtTheNextBlock()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        var firmware = await SendAsync(id, _firmware, 0);
        await using var relay = new UdpRelay(node.Host.CoapPort, async (message, fromDevice) =>
        {
            if (!fromDevice || message.Code != CoapCode.Get || message.Options.UriPath != "/m2m/mailbox/" + firmware) return;
            await PassAsync(id, message.Options.Block2?.Number ?? 0, message.MessageId, null);
        });
        await using var device = new CoapDevice(new() { Name = id, Server = relay.EndPoint }, TimeProvider.System);
        using var ending = new CancellationTokenSource();
        var serving = device.ServeAsync(
            (message, _) =>
            {
                Handle(message.Payload);
                return new(DeviceResult.Done);
            },
            ending.Token);

        await EndAsync(firmware);
        await ending.CancelAsync();
        await serving;
    }

    [Fact]
    [Requirement("4.17.b")]
    public async Task Alarm_WhileAFirmwareIsPushed_InterruptsItAndItGoesOnAtTheNextBlock()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        await using var relay = new UdpRelay(node.Host.CoapPort, async (message, fromDevice) =>
        {
            if (!fromDevice && message.Options.UriPath == "/firmware") await PassAsync(id, message.Options.Block1!.Value.Number, message.MessageId, new { name = "alarm", method = "POST", path = "/alarm" });
        });
        await using var device = new CoapDevice(
            new()
            {
                Name = id, Server = relay.EndPoint, Links = "</firmware>,</alarm>",
                Commands = (command, _) =>
                {
                    Handle(command.Payload);
                    return new(DeviceResult.Done);
                },
            },
            TimeProvider.System);
        await device.RegisterAsync();

        await EndAsync(await SendAsync(id, _firmware, 0, new { name = "firmware", method = "PUT", path = "/firmware" }));
    }

    /// <summary>A block of the firmware goes over the wire; with one of the first the application raises the alarm.</summary>
    private async Task PassAsync(string id, int block, ushort messageId, object? command)
    {
        var line = $"{block} {messageId}";
        // A retransmission is the same message.
        if (_wire.Contains(line)) return;
        _wire.Enqueue(line);
        if (block == AlarmAt) _alarm.TrySetResult(await SendAsync(id, "fire"u8.ToArray(), 7, command));
        await Task.Delay(TimeSpan.FromMilliseconds(20));
    }

    private void Handle(ReadOnlyMemory<byte> payload)
    {
        _handled.Enqueue(payload.Span.SequenceEqual(_firmware) ? "firmware" : global::System.Text.Encoding.UTF8.GetString(payload.Span));
        _wire.Enqueue("handled");
    }

    private async Task EndAsync(string firmware)
    {
        await node.Rest.GetUntilAsync($"v1/messages/{firmware}", found => (string?)found["outcome"] == "APPLIED");
        await node.Rest.GetUntilAsync($"v1/messages/{await _alarm.Task.WaitAsync(Patience)}", found => (string?)found["outcome"] == "APPLIED");

        Assert.Equal(["fire", "firmware"], _handled);
        var wire = _wire.Select(line => line.Split(' ')[0]).ToList();
        Assert.InRange(wire.IndexOf("handled"), AlarmAt + 1, Blocks - 1);
        Assert.Equal(Enumerable.Range(0, Blocks).Select(block => $"{block}"), wire.Where(line => line != "handled"));
    }

    private async Task<string> SendAsync(string id, byte[] payload, int priority, object? command = null)
    {
        var sent = await node.Rest.PostAsync("v1/messages", new { target = $"objects/{id}", payload = Convert.ToBase64String(payload), ttl = "3600s", priority, confirmation = "APPLIED", command });
        return ((string)sent["message"]!["name"]!)["messages/".Length..];
    }
}
