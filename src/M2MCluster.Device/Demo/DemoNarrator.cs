using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using M2MCluster.Device.Fleet;

namespace M2MCluster.Device.Demo;

/// <summary>Tells what happens, a line each, and notes who fell asleep.</summary>
internal sealed class DemoNarrator(TextWriter output, TimeProvider time) : IFleetWatcher
{
    private const int NameWidth = 15;

    private readonly Lock _lock = new();
    private readonly Channel<string> _asleep = Channel.CreateUnbounded<string>();

    /// <summary>The objects that fell asleep, in order.</summary>
    public ChannelReader<string> Asleep => _asleep.Reader;

    public void ReportSent(string objectId, long sequence)
    {
        // Its end is told.
    }

    public void ReportStored(string objectId, long sequence) => Tell(objectId, "report stored");

    public void Woke(string objectId) => Tell(objectId, "woke");

    public void FellAsleep(string objectId, DateTimeOffset until)
    {
        Tell(objectId, $"asleep until {until.ToLocalTime():HH:mm:ss}");
        _asleep.Writer.TryWrite(objectId);
    }

    public void MessageReceived(string objectId, DeviceMessage message) =>
        Tell(objectId, $"message {message.Id} delivered: {Encoding.UTF8.GetString(message.Payload.Span)}");

    public void WentWrong(string objectId, string what) => Tell(objectId, $"{what} (will try again)");

    /// <summary>An event of the application's feed, if it is one that a spectator should see.</summary>
    public void Heard(JsonNode happened)
    {
        if (happened["type"]?.GetValue<string>() != "m2m.message.outcome") return;
        var target = happened["subject"]?.GetValue<string>() ?? string.Empty;
        Tell(target[(target.LastIndexOf('/') + 1)..], $"message {IdOf(happened)} ended: {happened["data"]?["outcome"]?.GetValue<string>().ToLowerInvariant()}");
    }

    public void Tell(string who, string what)
    {
        var now = time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        lock (_lock) output.WriteLine($"{now}  {who.PadRight(NameWidth)} {what}");
    }

    private static string IdOf(JsonNode happened)
    {
        var name = happened["data"]?["message"]?.GetValue<string>() ?? string.Empty;
        return name[(name.LastIndexOf('/') + 1)..];
    }
}
