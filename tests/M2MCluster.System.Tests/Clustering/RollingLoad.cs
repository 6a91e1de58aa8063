using M2MCluster.System.Tests.Faults;
using M2MCluster.System.Tests.Load;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Clustering;

/// <summary>
/// Devices and an application that know all silos, and go to the next when one ends. Any answer but <em>later</em> where success is due ends the load with an error.
/// </summary>
internal sealed class RollingLoad : IDisposable
{
    public const string Application = "rolled";

    private static readonly TimeSpan SettlesWithin = TimeSpan.FromSeconds(60);

    private readonly Cluster _cluster;
    private readonly RunLog _log;
    private readonly RestClient[] _fronts;
    private readonly List<IReporter> _reporters = [];
    private readonly List<Sender> _senders = [];
    private readonly HashSet<string> _answered = [];
    private readonly CancellationTokenSource _loadEnds = new();
    private readonly CancellationTokenSource _collectionEnds = new();
    private readonly CancellationTokenSource _watchEnds = new();
    private readonly FeedWatcher _watcher;
    private Task[] _sending = [];
    private Task[] _reading = [];
    private Task _watching = Task.CompletedTask;
    private int _turn;

    public RollingLoad(Cluster cluster, RunLog log)
    {
        (_cluster, _log) = (cluster, log);
        _fronts = [.. cluster.Silos.Select(silo => new RestClient(silo.FrontDoor, cluster[0].OperatorKey, TimeSpan.FromSeconds(10)))];
        _watcher = new(Application, [.. cluster.Silos.Select(silo => silo.FrontDoor)], cluster[0].OperatorKey, log);
    }

    public async Task StartAsync()
    {
        var rest = _cluster[0].Rest;
        await rest.PostAsync($"v1/applications?applicationId={Application}", new { });
        await rest.PostAsync($"v1/applications/{Application}/subscriptions", new { filter = "" });
        for (var i = 0; i < 3; i++)
        {
            _reporters.Add(new CoapReporter(await DeviceAsync($"coap-{i}"), Coap(i), named: true));
            _reporters.Add(new MqttReporter(await DeviceAsync($"mqtt-{i}"), Mqtt(i), named: true));
        }

        foreach (var reporter in _reporters) reporter.OnAcknowledged = number => _log.Acknowledged(reporter.ObjectId, number);
        var awake = new MailboxReader(await DeviceAsync("awake"), Mqtt(1)) { OnAnswered = name => Answered("awake", name) };
        var asleep = new CoapSleeper(await DeviceAsync("asleep"), Coap(2), TimeSpan.FromMilliseconds(500)) { OnAnswered = name => Answered("asleep", name) };
        _senders.Add(new("awake", "APPLIED") { OnAccepted = name => _log.Accepted("awake", name) });
        _senders.Add(new("asleep", "DELIVERED") { OnAccepted = name => _log.Accepted("asleep", name) });
        _sending =
        [
            .. _reporters.Select(reporter => Task.Run(() => reporter.RunAsync(_loadEnds.Token))),
            .. _senders.Select(sender => Task.Run(() => sender.RunAsync(NextFront, _loadEnds.Token, TimeSpan.FromMilliseconds(50)))),
        ];
        _reading = [Task.Run(() => awake.RunAsync(_collectionEnds.Token)), Task.Run(() => asleep.RunAsync(_collectionEnds.Token))];
        _watching = Task.Run(() => _watcher.RunAsync(_watchEnds.Token));
    }

    public async Task<string> DeviceAsync(string id)
    {
        var rest = _cluster[0].Rest;
        await rest.PostAsync($"v1/objects?objectId={id}", new { kind = "DEVICE", securityPolicy = new { plain = "FULL" }, mailbox = new { maxMessages = 100_000 } });
        await rest.PostAsync($"v1/objects/{id}/credentials", new { mqttSecret = new { secret = RawMqtt.Secret } });
        return id;
    }

    public Edge Mqtt(int first) => new([.. _cluster.Silos.Select(silo => silo.MqttPort)], first);

    /// <summary>Waits until each device has had further reports acknowledged, and further messages were accepted.</summary>
    public Task ProgressAsync()
    {
        var acknowledged = _reporters.ToDictionary(reporter => reporter, reporter => reporter.Acknowledged.Count);
        var accepted = _senders.ToDictionary(sender => sender, sender => sender.Accepted.Count);
        return UntilAsync(
            "the load does not get on", () => _reporters.TrueForAll(reporter => reporter.Acknowledged.Count >= acknowledged[reporter] + 5)
                && _senders.TrueForAll(sender => sender.Accepted.Count > accepted[sender]));
    }

    /// <summary>Ends when all that was sent is acknowledged, all messages are answered, and the follower has heard all.</summary>
    public async Task EndAsync()
    {
        await _loadEnds.CancelAsync();
        await Task.WhenAll(_sending).WaitAsync(SettlesWithin);
        await UntilAsync("not all messages are answered", () =>
        {
            lock (_answered) return _answered.IsSupersetOf(_senders.SelectMany(sender => sender.Accepted.Values));
        });
        await _collectionEnds.CancelAsync();
        await Task.WhenAll(_reading).WaitAsync(SettlesWithin);
        var feed = await FeedEvent.ReadAsync(_cluster[0].Rest, Application);
        await UntilAsync("the follower does not come to the end of the feed", () => feed.TrueForAll(told => _watcher.Heard.ContainsKey(told.Id)));
        await _watchEnds.CancelAsync();
        await _watching.WaitAsync(SettlesWithin);
    }

    public void Dispose()
    {
        foreach (var end in (CancellationTokenSource[])[_loadEnds, _collectionEnds, _watchEnds]) end.Cancel();
        foreach (var front in _fronts) front.Dispose();
    }

    private RestClient NextFront() => _fronts[(int)((uint)Interlocked.Increment(ref _turn) % _fronts.Length)];

    private Edge Coap(int first) => new([.. _cluster.Silos.Select(silo => silo.CoapPort)], first);

    private void Answered(string id, string name)
    {
        _log.Answered(id, name);
        lock (_answered) _answered.Add(name);
    }

    private async Task UntilAsync(string otherwise, Func<bool> reached)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var patience = new CancellationTokenSource(SettlesWithin);
        while (!reached())
        {
            if (_sending.Concat(_reading).Append(_watching).FirstOrDefault(task => task.IsFaulted) is { } failed) await failed;
            try
            {
                await poll.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                var counts = _reporters.Select(reporter => $"{reporter.ObjectId} {reporter.Acknowledged.Count}").Concat(_senders.Select(sender => $"{sender.Target} {sender.Accepted.Count}"));
                throw new TimeoutException($"{otherwise}: {string.Join(", ", counts)}\n{string.Join("\n---\n", _cluster.Silos.Select(silo => silo.Output))}");
            }
        }
    }
}
