using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>A node that plans MQTT in slots of five seconds: three messages for each cell, and half the price in one minute, a while after its start.</summary>
public sealed class PlannedNode : Node
{
    public const int SlotSeconds = 5;
    public const int OfCell = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    // Long enough for a busy machine to start the node and a device before.
    private const int UsualPriceSeconds = 60;

    /// <summary>When the slots become cheap, for a minute; a whole minute.</summary>
    public DateTimeOffset CheapFrom { get; } = DateTimeOffset.FromUnixTimeSeconds((((DateTimeOffset.UtcNow.ToUnixTimeSeconds() + UsualPriceSeconds) / 60) + 1) * 60);

    public DateTimeOffset CheapUntil => CheapFrom.AddMinutes(1);

    protected override IReadOnlyDictionary<string, string> More => new Dictionary<string, string>
    {
        ["M2M__Planning__Slot"] = "00:00:05",
        ["M2M__Planning__Horizon"] = "06:30:00",
        ["M2M__Planning__Bearers__Mqtt__Cell__MessagesPerSecond"] = "0.6",
        ["M2M__Planning__Calendar__0__From"] = CheapFrom.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
        ["M2M__Planning__Calendar__0__To"] = CheapUntil.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
        ["M2M__Planning__Calendar__0__Price"] = "0.5",
    };

    /// <summary>An object in a cell of its own, which listens always and reports each hour.</summary>
    public async Task<(string Id, string Secret)> CreateListenerAsync()
    {
        var (id, secret) = await CreateAsync(plain: "FULL");
        await Rest.PatchAsync($"v1/objects/{id}", new { characteristics = new { sleeping = false, inFlight = 16, cell = $"cell-{id}", reportPeriod = 3600 } });
        return (id, secret);
    }

    public Tool Listen(string id, string secret) => Tool.Start(
        Programs.MosquittoSub, "-h", "127.0.0.1", "-p", $"{Host.MqttPort}", "-V", "mqttv5", "-u", id, "-P", secret, "-q", "1", "-t", "m2m/mailbox/#");

    public async Task<string> SendAsync(string id, string text, object? window)
    {
        var payload = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        var answer = await Rest.PostAsync("v1/messages", new { target = $"objects/{id}", payload, contentType = "text/plain", ttl = "86400s", window });
        return ((string)answer["message"]!["name"]!)["messages/".Length..];
    }

    /// <summary>How it ended, explained.</summary>
    public async Task<JsonNode> EndedAsync(string message)
    {
        var deadline = DateTimeOffset.UtcNow + Patience;
        while (true)
        {
            var why = await Rest.GetAsync($"v1/messages/{message}:explain");
            if (why["message"]!["outcome"] is not null) return why;
            Assert.True(DateTimeOffset.UtcNow < deadline, $"waits still: {why}");
            await Task.Delay(200);
        }
    }

    /// <summary>When it left last.</summary>
    public static DateTimeOffset Pushed(JsonNode why) =>
        (DateTimeOffset)why["steps"]!.AsArray().Last(step => ((string)step!["what"]!).StartsWith("pushed", StringComparison.Ordinal))!["time"]!;
}
