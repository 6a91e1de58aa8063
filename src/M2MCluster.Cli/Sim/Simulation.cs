using System.Globalization;
using Google.Protobuf;
using M2MCluster.Cli.Fleet;
using M2MCluster.Device.Coap;
using M2MCluster.Device.Fleet;
using M2MCluster.Device.Mqtt;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.Cli.Sim;

/// <summary>A run of <c>m2m sim</c>.</summary>
internal sealed class Simulation(Session session, SimSettings settings)
{
    private const int VerboseUpTo = 24;
    private static readonly TimeSpan StatusEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Balance _balance = new();

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var stage = await Stage.SetAsync(session.FrontDoor, "sim", session.Time, cancellationToken);
        var verbose = settings.Devices + settings.Gateways <= VerboseUpTo;
        var watcher = new SimWatcher(_balance, session.Screen, session.Time, verbose);
        var fleet = await CreateFleetAsync(stage, watcher, cancellationToken);
        session.Screen.Say($"[dim]{fleet.Count} devices and gateways, application {stage.Prefix}[/]");
        using var feed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = stage.FollowAsync(_balance.Take, feed.Token);
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var writing = WriteAsync(stage, watcher, cancellationToken);
            var running = fleet.Select(sleeper => sleeper.RunAsync(stop.Token)).ToArray();
            await WaitAsync(verbose, cancellationToken);
            await stop.CancelAsync();
            await Task.WhenAll(running);
            watcher.End();
            await writing;
            await CollectAsync(fleet, watcher, cancellationToken);
            await Settlement.WaitAsync(() => _balance.IsSettled, Patience, session.Time, cancellationToken);
        }
        finally
        {
            await feed.CancelAsync();
            await following;
            foreach (var sleeper in fleet) await sleeper.DisposeAsync();
        }

        return _balance.Draw(withDisk: false).Show(session.Screen);
    }

    private async Task<List<Sleeper>> CreateFleetAsync(Stage stage, SimWatcher watcher, CancellationToken cancellationToken)
    {
        var heads = new List<(string Name, string[] Children, bool OverMqtt)>();
        for (var i = 0; i < settings.Devices + settings.Gateways; i++)
        {
            var name = stage.NameOf(i < settings.Devices ? $"meter-{i + 1}" : $"gateway-{i - settings.Devices + 1}");
            var children = i < settings.Devices ? [] : Enumerable.Range(1, settings.Children).Select(child => $"{name}-child-{child}").ToArray();
            heads.Add((name, children, settings.Bearer == SimBearer.Mqtt || (settings.Bearer == SimBearer.Both && i % 2 == 1)));
        }

        var plan = new SleepPlan(settings.Awake, settings.Asleep, settings.Rebind);
        await stage.CreateObjectsAsync(heads.Select(head => (head.Name, (string?)null, head.Children.Length > 0)), plan, cancellationToken);
        await stage.CreateObjectsAsync(heads.SelectMany(head => head.Children.Select(child => (child, (string?)head.Name, false))), plan, cancellationToken);
        var secrets = await stage.CreateSecretsAsync(heads.Where(head => head.OverMqtt).Select(head => head.Name), cancellationToken);
        return [.. heads.Select(head => head.OverMqtt
            ? (Sleeper)new MqttSleeper(
                new MqttDeviceOptions { Name = head.Name, Secret = secrets[head.Name], Server = settings.Mqtt }, head.Children, plan, Read, watcher, session.Time)
            : new CoapSleeper(
                new CoapDeviceOptions { Name = head.Name, Server = settings.Coap, Link = new DeviceLink { Loss = settings.Loss } }, head.Children, plan, Read, watcher, session.Time))];
    }

    private static SenmlRecord[] Read(string objectId, long sequence) =>
    [
        new() { Name = ReportKey.Record, Value = sequence },
        new() { Name = "temperature", Unit = "Cel", Value = 20 + Math.Round(5 * Math.Sin(sequence / 10.0), 1) },
    ];

    // One message to each object each time it falls asleep.
    private async Task WriteAsync(Stage stage, SimWatcher watcher, CancellationToken cancellationToken)
    {
        var count = 0;
        await foreach (var objectId in watcher.Sleepers.ReadAllAsync(cancellationToken))
        {
            if (!settings.Messages) continue;
            var text = string.Create(CultureInfo.InvariantCulture, $"set-point {++count}");
            var message = await stage.SendAsync(objectId, ByteString.CopyFromUtf8(text), cancellationToken);
            var id = Output.Format.Id(message.Name);
            _balance.MessageAccepted(id);
            watcher.Tell(objectId, $"message {id} waits: the device is asleep");
        }
    }

    private async Task WaitAsync(bool verbose, CancellationToken cancellationToken)
    {
        var start = session.Time.GetTimestamp();
        while (session.Time.GetElapsedTime(start) is var gone && gone < settings.Duration)
        {
            var rest = settings.Duration - gone;
            await Task.Delay(rest < StatusEvery ? rest : StatusEvery, session.Time, cancellationToken);
            if (verbose) continue;
            var sheet = _balance.Draw(withDisk: false);
            session.Screen.Say($"[dim]{gone:mm\\:ss}[/]  {sheet.ReportsSent} reports, {sheet.ReportsAcknowledged} acknowledged, {sheet.ReportsInFeed} in the feed; {sheet.MessagesAccepted} messages, {sheet.Outcomes.Values.Sum()} ended");
        }
    }

    private static async Task CollectAsync(List<Sleeper> fleet, SimWatcher watcher, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await Task.WhenAll(fleet.Select(sleeper => sleeper.CollectAsync(patience.Token)));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            watcher.Tell("sim", "not every device came to an end", "yellow");
        }
    }
}
