using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>A device by a package of npm. What it tells before it is asked for is kept, since the node may speak before it answers.</summary>
internal sealed class JsDevice : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Tool _tool;
    private readonly List<JsonNode> _heard = [];

    private JsDevice(Tool tool) => _tool = tool;

    /// <summary>A device that asks, by the package coap.</summary>
    public static async Task<JsDevice> CoapAsync(int port)
    {
        var device = new JsDevice(await Programs.NodeAsync("coap-device.js", "127.0.0.1", $"{port}"));
        await device.HearAsync("ready");
        return device;
    }

    /// <summary>A device that serves requests too.</summary>
    public static async Task<(JsDevice Device, int Port)> ServingCoapAsync(int port)
    {
        var device = new JsDevice(await Programs.NodeAsync("coap-thing.js", "127.0.0.1", $"{port}"));
        return (device, (int)(await device.HearAsync("ready"))["port"]!);
    }

    /// <summary>A device that has connected anew, by the package mqtt, and subscribed if there is a topic.</summary>
    /// <param name="version">4: MQTT 3.1.1.</param>
    public static async Task<JsDevice> MqttAsync(int port, string id, string secret, string? topic = "m2m/mailbox/#", string version = "5")
    {
        var device = new JsDevice(await Programs.NodeAsync("mqtt-device.js", $"mqtt://127.0.0.1:{port}", version, id, secret));
        Assert.Equal(false, (bool?)(await device.HearAsync("connected"))["sessionPresent"]);
        if (topic is not null) await device.DoAsync(new { @do = "subscribe", topic });
        return device;
    }

    public Task SayAsync(object command) => _tool.SayAsync(JsonSerializer.Serialize(command));

    /// <summary>The first event of that kind that nobody asked for yet.</summary>
    public async Task<JsonNode> HearAsync(string what)
    {
        if (_heard.Find(heard => (string?)heard["event"] == what) is { } known)
        {
            _heard.Remove(known);
            return known;
        }

        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            if (Stopwatch.GetElapsedTime(since) > Patience) throw new TimeoutException($"{what} is not heard; heard instead: {string.Join('\n', _heard)}");
            var heard = JsonNode.Parse(await _tool.HearAsync(_ => true))!;
            if ((string?)heard["event"] == what) return heard;
            if ((string?)heard["event"] == "error") throw new InvalidOperationException(heard.ToJsonString());
            _heard.Add(heard);
        }
    }

    /// <summary>Over MQTT: says it, and waits until it is done.</summary>
    public async Task DoAsync(object command)
    {
        await SayAsync(command);
        Assert.Null((string?)(await HearAsync("done"))["error"]);
    }

    public Task PublishAsync(string topic, string text, object? properties = null) =>
        DoAsync(new { @do = "publish", topic, payload = Convert.ToBase64String(Encoding.UTF8.GetBytes(text)), properties });

    /// <summary>Over MQTT: the next message is the named one; it is said to be carried out. Returns its payload.</summary>
    public async Task<byte[]> ApplyAsync(string name, string prefix = "m2m/")
    {
        var heard = await HearAsync("message");
        Assert.Equal($"{prefix}mailbox/{name["messages/".Length..]}", (string?)heard["topic"]);
        await PublishAsync((string)heard["topic"]! + "/result", "", new { userProperties = new { result = "ok" } });
        return Convert.FromBase64String((string)heard["payload"]!);
    }

    /// <summary>Over CoAP: asks, and is answered with the code. Returns the answer's text.</summary>
    public async Task<string> AskAsync(object request, string code)
    {
        var answer = await AskAsync(request);
        Assert.Equal(code, (string?)answer["code"]);
        return TextOf(answer);
    }

    /// <summary>Over CoAP: asks. Returns the answer.</summary>
    public async Task<JsonNode> AskAsync(object request)
    {
        await SayAsync(request);
        return await HearAsync("answer");
    }

    public static string TextOf(JsonNode heard) => Encoding.UTF8.GetString(Convert.FromBase64String((string)heard["payload"]!));

    /// <summary>Over CoAP: registers links, from where it is now.</summary>
    public Task<string> RegisterAsync(string id) => AskAsync(
        new { @do = "ask", method = "POST", path = "/rd", query = $"ep={id}&lt=3600", format = 40, payload = Convert.ToBase64String("</led>"u8) }, "2.01");

    public ValueTask DisposeAsync() => _tool.DisposeAsync();
}
