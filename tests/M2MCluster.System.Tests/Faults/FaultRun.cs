using System.Globalization;
using System.Text;
using M2MCluster.System.Tests.Load;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Faults;

/// <summary>A load on a cluster while a plan of faults happens, until all has settled.</summary>
internal sealed class FaultRun(FaultyCluster cluster, FaultPlan plan, string folder)
{
    // The number in a report of m2m load stands on it, so that it has as many digits always.
    private const long SenmlBase = 100_000_000_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan SettlesWithin = TimeSpan.FromSeconds(90);

    private readonly string _prefix = $"f{Guid.NewGuid():n}"[..9];
    private readonly List<IReporter> _reporters = [];
    private readonly List<Sender> _senders = [];
    private readonly List<(string Id, Func<CancellationToken, Task> Run)> _readers = [];
    private readonly HashSet<string> _answered = [];

    /// <summary>The application that hears of all.</summary>
    public string Application => _prefix;

    public string LogPath => Path.Combine(folder, "run.log");

    public async Task RunAsync()
    {
        using var log = new RunLog(LogPath);
        await SetUpAsync(log);
        using var loadEnds = new CancellationTokenSource();
        using var collectionEnds = new CancellationTokenSource();
        using var watchEnds = new CancellationTokenSource();
        var loads = await StartProcessesAsync();
        var sending = _reporters.Select(reporter => Task.Run(() => reporter.RunAsync(loadEnds.Token)))
            .Concat(_senders.Select(sender => Task.Run(() => sender.RunAsync(cluster.NextFront, loadEnds.Token, TimeSpan.FromMilliseconds(100))))).ToArray();
        var reading = _readers.Select(reader => Task.Run(() => reader.Run(collectionEnds.Token))).ToArray();
        var watcher = new FeedWatcher(Application, [.. cluster.Silos.Select(silo => silo.FrontDoor)], cluster.OperatorKey, log);
        var watching = Task.Run(() => watcher.RunAsync(watchEnds.Token));
        Task[] all = [.. sending, .. reading, watching];
        await ProgressAsync(all, 5);
        await Task.WhenAll(plan.Faults.Select(async fault =>
        {
            await Task.Delay(fault.At);
            await cluster.HappenAsync(fault, log);
        }));
        await cluster.RecoverAsync();
        await ProgressAsync(all, 5);

        await loadEnds.CancelAsync();
        await Task.WhenAll([.. sending, .. loads.Select(load => load.Ends)]).WaitAsync(SettlesWithin);
        foreach (var load in loads) await CopyAsync(load.Log, log);
        await UntilAsync("not all messages are answered", reading, () => Task.FromResult(Unanswered().Count == 0));
        await collectionEnds.CancelAsync();
        await Task.WhenAll(reading).WaitAsync(SettlesWithin);
        var feed = await FeedEvent.ReadAsync(cluster.Silos[0].Rest, Application);
        await UntilAsync("the watch does not come to the end of the feed", [watching], () => Task.FromResult(feed.TrueForAll(told => watcher.Heard.ContainsKey(told.Id))));
        await watchEnds.CancelAsync();
        await watching.WaitAsync(SettlesWithin);
    }

    /// <summary>Later runs are not told to this one's application.</summary>
    public Task CleanUpAsync() => cluster.Silos[0].Rest.DeleteAsync($"v1/applications/{Application}");

    private async Task SetUpAsync(RunLog log)
    {
        var rest = cluster.Silos[plan.Seed % cluster.Silos.Count].Rest;
        await rest.PostAsync($"v1/applications?applicationId={Application}", new { });
        await rest.PostAsync($"v1/applications/{Application}/subscriptions", new { filter = $"object = \"{_prefix}*\"" });
        await rest.PostAsync($"v1/applications/{Application}/subscriptions", new { filter = "object = \"load-*\"" });
        for (var i = 0; i < 3; i++)
        {
            Add(new CoapReporter(await DeviceAsync(rest, $"coap-{i}"), Coap(i), named: true, pause: Pause));
            Add(new MqttReporter(await DeviceAsync(rest, $"mqtt5-{i}"), Mqtt(i), named: true, pause: Pause));
        }

        Add(new MqttReporter(await DeviceAsync(rest, "mqtt3"), Mqtt(0), window: 1, pause: Pause));
        var gateway = await DeviceAsync(rest, "gw", "GATEWAY");
        Add(new MqttReporter(gateway, Mqtt(1), child: await DeviceAsync(rest, "child", gateway: gateway), named: true, pause: Pause));
        for (var i = 0; i < 2; i++)
        {
            var sleeper = new CoapSleeper(await DeviceAsync(rest, $"asleep-{i}"), Coap(i + 1), TimeSpan.FromSeconds(1 + 4 * i));
            var id = $"{_prefix}-asleep-{i}";
            sleeper.OnAnswered = name => Answered(id, name);
            _readers.Add((id, sleeper.RunAsync));
            Send(id, "DELIVERED");
        }

        Read(await DeviceAsync(rest, "awake-0"), Mqtt(0), "m2m/mailbox/#");
        Send($"{_prefix}-awake-0", "APPLIED");
        Read(await DeviceAsync(rest, "awake-1"), Mqtt(2), "m2m/mailbox/#");
        Send($"{_prefix}-awake-1", "DELIVERED");
        var carrier = await DeviceAsync(rest, "carrier", "GATEWAY");
        var carried = await DeviceAsync(rest, "carried", gateway: carrier);
        Read(carrier, Mqtt(1), "m2m/children/+/mailbox/#");
        Send(carried, "APPLIED");

        void Add(IReporter reporter)
        {
            reporter.OnAcknowledged = number => log.Acknowledged(reporter.ObjectId, number);
            _reporters.Add(reporter);
        }

        void Read(string id, Edge edge, string filter)
        {
            var reader = new MailboxReader(id, edge, filter) { OnAnswered = name => Answered(id, name) };
            _readers.Add((id, reader.RunAsync));
        }

        void Send(string target, string confirmation) => _senders.Add(new(target, confirmation) { OnAccepted = name => log.Accepted(target, name) });

        void Answered(string id, string name)
        {
            log.Answered(id, name);
            lock (_answered) _answered.Add(name);
        }
    }

    private Edge Coap(int first) => new([.. cluster.Silos.Select(silo => silo.CoapPort)], first);

    private Edge Mqtt(int first) => new([.. cluster.Silos.Select(silo => silo.MqttPort)], first);

    private async Task<string> DeviceAsync(RestClient rest, string name, string kind = "DEVICE", string? gateway = null)
    {
        var id = $"{_prefix}-{name}";
        await rest.PostAsync($"v1/objects?objectId={id}", new
        {
            kind, securityPolicy = new { plain = "FULL" }, gateway = gateway is null ? null : $"objects/{gateway}", mailbox = new { maxMessages = 100_000 },
        });
        await rest.PostAsync($"v1/objects/{id}/credentials", new { mqttSecret = new { secret = RawMqtt.Secret } });
        return id;
    }

    // Load by the tool that users have, of devices that stay with their silo whatever happens to it.
    private async Task<(Task Ends, string Log)[]> StartProcessesAsync()
    {
        var lasts = (int)plan.Faults.Max(fault => fault.At + fault.Lasts).TotalSeconds + 5;
        (string, int)[] bearers = [("Coap", cluster.Silos[0].CoapPort), ("Mqtt", cluster.Silos[1].MqttPort)];
        var loads = bearers.Select(bearer =>
        {
            var (name, port) = bearer;
            var path = Path.Combine(folder, $"load-{name}.log");
            Task ends = Tool.RunAsync(
                TimeSpan.FromMinutes(4), "dotnet", Node.CliAssembly, "load", "--server", $"http://127.0.0.1:{cluster.Silos[2].GrpcPort}", "--key", cluster.OperatorKey,
                "--bearer", name, $"--{(name == "Coap" ? "coap" : "mqtt")}", $"127.0.0.1:{port}", "--devices", "10", "--rate", "50", "--in-flight", "20",
                "--duration", $"{lasts}s", "--log", path);
            return (Ends: ends, Log: path);
        }).ToArray();
        await UntilAsync("m2m load does not begin", [.. loads.Select(load => load.Ends)], () => Task.FromResult(Array.TrueForAll(loads, load => File.Exists(load.Log) && new FileInfo(load.Log).Length > 0)));
        return loads;
    }

    // OBJECT ID a line, where ID is the number in base64url of 48 bits.
    private static async Task CopyAsync(string path, RunLog log)
    {
        await foreach (var line in File.ReadLinesAsync(path))
        {
            if (line.Split(' ') is not [var id, { Length: 8 } name]) continue;
            var number = Convert.FromBase64String(name.Replace('-', '+').Replace('_', '/')).Aggregate(0L, (sum, one) => sum << 8 | one);
            log.Loaded(id, SenmlBase + number);
        }
    }

    private List<string> Unanswered()
    {
        lock (_answered) return [.. _senders.SelectMany(sender => sender.Accepted.Values).Where(name => !_answered.Contains(name))];
    }

    /// <summary>Waits until each device has had further reports acknowledged, and something further was accepted.</summary>
    private async Task ProgressAsync(Task[] load, int further)
    {
        var before = _reporters.ToDictionary(reporter => reporter, reporter => reporter.Acknowledged.Count);
        var accepted = _senders.ToDictionary(sender => sender, sender => sender.Accepted.Count);
        await UntilAsync("the load does not get on", load, () => Task.FromResult(
            _reporters.TrueForAll(reporter => reporter.Acknowledged.Count >= before[reporter] + further) && _senders.TrueForAll(sender => sender.Accepted.Count > accepted[sender])));
    }

    private async Task UntilAsync(string otherwise, Task[] load, Func<Task<bool>> reached)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var patience = new CancellationTokenSource(SettlesWithin);
        while (!await reached())
        {
            if (load.FirstOrDefault(task => task.IsFaulted) is { } failed) await failed;
            try
            {
                await poll.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                var state = new StringBuilder(otherwise).AppendLine();
                foreach (var reporter in _reporters) state.AppendLine(CultureInfo.InvariantCulture, $"{reporter.ObjectId}: {reporter.Acknowledged.Count} acknowledged");
                foreach (var sender in _senders) state.AppendLine(CultureInfo.InvariantCulture, $"{sender.Target}: {sender.Accepted.Count} accepted");
                state.AppendLine(CultureInfo.InvariantCulture, $"unanswered: {string.Join(", ", Unanswered().Take(10))}");
                throw new TimeoutException(state.ToString());
            }
        }
    }
}
