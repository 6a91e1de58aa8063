using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Sms;

/// <summary>node-smpp as the SMSC.</summary>
public sealed class Smsc : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Tool _tool;
    private readonly List<JsonNode> _heard = [];
    private int _said;

    private Smsc(Tool tool) => _tool = tool;

    public int Port { get; private init; }

    /// <param name="port">0: any free one.</param>
    public static async Task<Smsc> StartAsync(int port = 0, params string[] kind)
    {
        var tool = await Programs.NodeAsync("smsc.js", [port.ToString(CultureInfo.InvariantCulture), .. kind]);
        var listening = JsonNode.Parse(await tool.HearAsync(line => line.Contains("listening", StringComparison.Ordinal)))!;
        return new(tool) { Port = (int)listening["port"]! };
    }

    /// <summary>The settings of a node that binds here.</summary>
    public static Dictionary<string, string> Settings(int port) => new()
    {
        ["M2M__Edge__Sms__Port"] = port.ToString(CultureInfo.InvariantCulture),
        ["M2M__Edge__Sms__SystemId"] = "m2m",
        ["M2M__Edge__Sms__Password"] = "secret",
        ["M2M__Edge__Sms__SourceAddress"] = "+4915100",
        ["M2M__Edge__Sms__ResponseTimeout"] = "00:00:03",
        ["M2M__Edge__Sms__MaxBackOff"] = "00:00:01",
    };

    public Task<JsonNode> BoundAsync() => HearAsync("bound");

    /// <summary>The first event that satisfies; those before it are kept for who asks for them.</summary>
    public async Task<JsonNode> HearAsync(string what, Func<JsonNode, bool>? satisfies = null)
    {
        if (_heard.Find(Fits) is { } known)
        {
            _heard.Remove(known);
            return known;
        }

        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            if (Stopwatch.GetElapsedTime(since) > Patience) throw new TimeoutException($"{what} is not heard; heard instead: {string.Join('\n', _heard)}");
            var heard = JsonNode.Parse(await _tool.HearAsync(_ => true))!;
            if (Fits(heard)) return heard;
            _heard.Add(heard);
        }

        bool Fits(JsonNode heard) => (string?)heard["event"] == what && satisfies?.Invoke(heard) != false;
    }

    /// <summary>Whether none of the events that have been read so far was this.</summary>
    public bool HasNotHeard(string what) => !_heard.Exists(heard => (string?)heard["event"] == what);

    public async Task BehaveAsync(object how)
    {
        await SayAsync(new { @do = "behave", how });
        await HearAsync("behaves");
    }

    /// <summary>A receipt; returns how it was answered, at last.</summary>
    public Task<int> ReceiptAsync(string id, string from, string state, string? error = null, int? reference = null) =>
        AnsweredAsync(@as => reference is null ? new { @do = "receipt", id, from, state, error, @as } : new { @do = "receipt", id, from, state, error, reference, @as });

    /// <summary>A text from a phone; returns how it was answered, at last.</summary>
    public Task<int> TextAsync(string from, string text, string? udh = null, int coding = 0, object? tlvs = null, bool payload = false) =>
        AnsweredAsync(@as => new { @do = "deliver", from, text, udh, coding, tlvs, payload, @as });

    public Task<int> BytesAsync(string from, byte[] bytes, string? udh = null) =>
        AnsweredAsync(@as => new { @do = "deliver", from, bytes = Convert.ToHexStringLower(bytes), udh, coding = 4, @as });

    public Task DropAsync() => SayAsync(new { @do = "drop" });

    public ValueTask DisposeAsync() => _tool.DisposeAsync();

    private async Task<int> AnsweredAsync(Func<int, object> command)
    {
        var mark = ++_said;
        await SayAsync(command(mark));
        return (int)(await HearAsync("answered", heard => (int?)heard["as"] == mark && (int)heard["status"]! != 0x64))["status"]!;
    }

    private Task SayAsync(object command) => _tool.SayAsync(JsonSerializer.Serialize(command));
}
