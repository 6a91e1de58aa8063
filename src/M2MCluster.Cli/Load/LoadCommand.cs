using System.CommandLine;
using M2MCluster.Cli.Fleet;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli.Load;

/// <summary><c>m2m load</c>: measures what the platform takes.</summary>
internal static class LoadCommand
{
    private const int MaxDevices = 999_999;
    private const int MaxExisting = 99_999_999;

    public static Command Create(GlobalOptions globals)
    {
        var edges = new EdgeOptions();
        var bearer = new Option<LoadBearer>("--bearer") { Description = "Coap or Mqtt.", DefaultValueFactory = _ => LoadBearer.Coap };
        var devices = new Option<int>("--devices") { Description = "Devices.", DefaultValueFactory = _ => 100 };
        devices.Validators.Add(result =>
        {
            if (result.GetValue(devices) is < 1 or > MaxDevices) result.AddError($"--devices: 1 to {MaxDevices}.");
        });
        var sockets = new Option<int>("--sockets") { Description = "UDP sockets that the CoAP devices share.", DefaultValueFactory = _ => 32 };
        var rate = new Option<double>("--rate") { Description = "Open loop: reports a second; 0 for a closed loop.", DefaultValueFactory = _ => 0 };
        var inFlight = new Option<int?>("--in-flight") { Description = "Reports under way at once: closed loop, 64 by default; in an open loop the most there are, 10000 by default." };
        var warmUp = Durations.Option("--warm-up", "Before the measurement.", TimeSpan.FromSeconds(1));
        var duration = Durations.Option("--duration", "Of the measurement.", TimeSpan.FromSeconds(10));
        var payload = new Option<int>("--payload") { Description = "Bytes of a report.", DefaultValueFactory = _ => 100 };
        var log = new Option<FileInfo?>("--log") { Description = "Names each acknowledged report in this file, OBJECT ID a line." };
        var notified = new Option<bool>("--notified") { Description = "Follows the application's feed: latency to there, and whether every acknowledged report comes once." };
        var existing = new Option<string?>("--existing") { Description = "First part of the ids of objects that are there already, as objects generate numbers them; every so many of them reports." };
        var registered = new Option<int>("--registered") { Description = "With --existing: how many objects there are.", DefaultValueFactory = _ => 0 };
        registered.Validators.Add(result =>
        {
            if (result.GetValue(existing) is not null && (result.GetValue(registered) < result.GetValue(devices) || result.GetValue(registered) > MaxExisting))
                result.AddError($"--registered: with --existing, from --devices to {MaxExisting}.");
        });
        var command = new Command("load", "Sends reports and measures; exit code 2 if any failed, or is missing or doubled in the feed.")
        {
            bearer, devices, sockets, rate, inFlight, warmUp, duration, payload, log, notified, existing, registered,
        };
        edges.AddTo(command);
        globals.Run(command, (session, parsed, cancellationToken) =>
        {
            var open = parsed.GetValue(rate) > 0;
            var settings = new LoadSettings
            {
                Target = parsed.GetValue(bearer) == LoadBearer.Coap ? edges.Coap(parsed) : edges.Mqtt(parsed),
                Bearer = parsed.GetValue(bearer),
                Devices = parsed.GetValue(devices),
                Sockets = Math.Max(1, parsed.GetValue(sockets)),
                Rate = parsed.GetValue(rate),
                InFlight = Math.Max(1, parsed.GetValue(inFlight) ?? (open ? 10_000 : 64)),
                WarmUp = parsed.GetValue(warmUp),
                Duration = parsed.GetValue(duration),
                PayloadSize = parsed.GetValue(payload),
                Log = parsed.GetValue(log),
                Notified = parsed.GetValue(notified),
                Existing = parsed.GetValue(existing),
                Registered = parsed.GetValue(registered),
            };
            return new LoadRun(session, settings).RunAsync(cancellationToken);
        });
        return command;
    }
}
