using System.Globalization;
using System.Threading.Channels;
using M2MCluster.Cli.Fleet;
using M2MCluster.Cli.Output;
using M2MCluster.Device;
using M2MCluster.Device.Fleet;

namespace M2MCluster.Cli.Sim;

/// <summary>Keeps the balance of a simulated fleet, tells what happens if the fleet is small, and lets the application write to who falls asleep.</summary>
internal sealed class SimWatcher(Balance balance, Screen screen, TimeProvider time, bool verbose) : IFleetWatcher
{
    private readonly Channel<string> _sleepers = Channel.CreateUnbounded<string>();

    /// <summary>The objects that fell asleep, in order.</summary>
    public ChannelReader<string> Sleepers => _sleepers.Reader;

    public void ReportSent(string objectId, long sequence) => balance.ReportSent(new ReportKey(objectId, sequence));

    public void ReportStored(string objectId, long sequence)
    {
        balance.ReportAcknowledged(new ReportKey(objectId, sequence));
        Tell(objectId, $"report {sequence} stored");
    }

    public void Woke(string objectId) => Tell(objectId, "woke");

    public void FellAsleep(string objectId, DateTimeOffset until)
    {
        Tell(objectId, $"asleep until {until:HH:mm:ss}");
        _sleepers.Writer.TryWrite(objectId);
    }

    public void MessageReceived(string objectId, DeviceMessage message)
    {
        balance.MessageReceived(message.Id);
        Tell(objectId, $"message {message.Id} received and applied");
    }

    public void WentWrong(string objectId, string what) => Tell(objectId, what, "yellow");

    public void Tell(string objectId, string what, string colour = "default")
    {
        if (!verbose || screen.IsJson) return;
        var now = time.GetUtcNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        lock (_sleepers) screen.Console.MarkupLine($"[dim]{now}[/]  {Markup.Escape(objectId),-28} [{colour}]{Markup.Escape(what)}[/]");
    }

    public void End() => _sleepers.Writer.TryComplete();
}
