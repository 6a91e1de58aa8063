using System.Collections.Concurrent;
using M2MCluster.Cli.Fleet;
using M2MCluster.Device;
using M2MCluster.Device.Coap;
using M2MCluster.Device.Mqtt;
using M2MCluster.Protocols.Coap.Messaging;

namespace M2MCluster.Cli.Replay;

/// <summary>A run of <c>m2m replay</c>.</summary>
internal sealed class ReplayRun(Session session, Series series, ReplaySettings settings)
{
    private const int ReadAtOnce = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Balance _balance = new();
    private readonly List<IAsyncDisposable> _opened = [];
    private readonly ConcurrentDictionary<string, int> _wrong = new();
    private Stage _stage = null!;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        _stage = await Stage.SetAsync(session.FrontDoor, "replay", session.Time, cancellationToken);
        var devices = await CreateDevicesAsync(cancellationToken);
        session.Screen.Say($"[dim]{series.RowCount:N0} rows of {series.Devices.Count} devices, {series.Shape.Bearer}, application {_stage.Prefix}[/]");
        using var feed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = Task.Run(() => _stage.FollowAsync(_balance.Take, feed.Token), CancellationToken.None);
        try
        {
            await PlayAsync(devices, cancellationToken);
            await Settlement.WaitAsync(() => _balance.IsSettled, Patience, session.Time, cancellationToken);
        }
        finally
        {
            await feed.CancelAsync();
            await following;
            foreach (var opened in _opened) await opened.DisposeAsync();
        }

        await CountDiskAsync(cancellationToken);
        foreach (var (what, times) in _wrong) session.Screen.Say($"[yellow]{times} times: {what}[/]");
        return _balance.Draw(withDisk: true).Show(session.Screen);
    }

    private async Task<List<(string ObjectId, IReadOnlyList<SeriesRow> Rows, IReplayPath Path)>> CreateDevicesAsync(CancellationToken cancellationToken)
    {
        var gateways = Enumerable.Range(1, series.Shape.Gateways).Select(i => _stage.NameOf($"gateway-{i}")).ToArray();
        var ids = series.Devices.Keys.Select((device, i) => (Device: device, ObjectId: _stage.NameOf(ReplayNames.IdOf(device)), Gateway: gateways.Length == 0 ? null : gateways[i % gateways.Length])).ToArray();
        await _stage.CreateObjectsAsync(gateways.Select(gateway => (gateway, (string?)null, true)), null, cancellationToken);
        await _stage.CreateObjectsAsync(ids.Select(id => (id.ObjectId, id.Gateway, false)), null, cancellationToken);
        var overMqtt = series.Shape.Bearer == ReplayBearer.Mqtt;
        var secrets = overMqtt ? await _stage.CreateSecretsAsync(ids.Select(id => id.ObjectId), cancellationToken) : null;
        var shared = gateways.ToDictionary(gateway => gateway, OpenCoap);
        return [.. ids.Select(id => (id.ObjectId, (IReadOnlyList<SeriesRow>)series.Devices[id.Device], secrets is not null
            ? Open(new MqttReplayPath(OpenMqtt(id.ObjectId, secrets[id.ObjectId])))
            : (IReplayPath)new CoapReplayPath(id.Gateway is null ? OpenCoap(id.ObjectId) : shared[id.Gateway], id.Gateway is null ? null : id.ObjectId, HandleAsync)))];
    }

    private CoapDevice OpenCoap(string name) => Open(new CoapDevice(
        new CoapDeviceOptions
        {
            Name = name,
            Server = settings.Coap,
            Link = new DeviceLink { Loss = settings.Loss },

            // A gateway has many children's requests to make at once, on a wire that is not a slow one.
            Transmission = CoapTransmission.Default with { NStart = series.Shape.Gateways > 0 ? 4 : 1, QueuePerPeer = 4 * (series.Devices.Count + 1) },
        },
        session.Time));

    private MqttDevice OpenMqtt(string name, string secret) =>
        new(new MqttDeviceOptions { Name = name, Secret = secret, Server = settings.Mqtt, Messages = HandleAsync }, session.Time);

    private T Open<T>(T disposable)
        where T : IAsyncDisposable
    {
        _opened.Add(disposable);
        return disposable;
    }

    private ValueTask<DeviceResult> HandleAsync(DeviceMessage message, CancellationToken cancellationToken)
    {
        _balance.MessageReceived(message.Id);
        return ValueTask.FromResult(DeviceResult.Done);
    }

    private async Task PlayAsync(List<(string ObjectId, IReadOnlyList<SeriesRow> Rows, IReplayPath Path)> devices, CancellationToken cancellationToken)
    {
        var began = session.Time.GetTimestamp();
        var origin = series.Start;
        if (session.Screen.IsJson)
        {
            await Task.WhenAll(devices.Select(device => PlayOneAsync(device.ObjectId, device.Rows, device.Path, null)));
            return;
        }

        await session.Screen.Console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask("reports", maxValue: series.RowCount);
                await Task.WhenAll(devices.Select(device => PlayOneAsync(device.ObjectId, device.Rows, device.Path, bar)));
            });

        Task PlayOneAsync(string objectId, IReadOnlyList<SeriesRow> rows, IReplayPath path, ProgressTask? bar)
        {
            var device = new ReplayDevice(objectId, series.Shape, rows, path, _stage, _balance, session.Time)
            {
                Reported = () => bar?.Increment(1),
                WentWrong = what => _wrong.AddOrUpdate(what, 1, (_, times) => times + 1),
            };
            return Task.Run(() => device.RunAsync(Due, settings.Messages, cancellationToken), cancellationToken);
        }

        TimeSpan Due(double recorded) =>
            settings.Speed <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((recorded - origin) / settings.Speed) - session.Time.GetElapsedTime(began);
    }

    private Task CountDiskAsync(CancellationToken cancellationToken)
    {
        var objects = series.Devices.Keys.Select(device => _stage.NameOf(ReplayNames.IdOf(device)));
        return Parallel.ForEachAsync(objects, new ParallelOptions { MaxDegreeOfParallelism = ReadAtOnce, CancellationToken = cancellationToken }, async (objectId, token) =>
        {
            await foreach (var report in _stage.ReportsAsync(objectId, token))
            {
                if (report.Senml.FirstOrDefault(record => record.N == ReportKey.Record) is { HasV: true } number) _balance.ReportOnDisk(new ReportKey(objectId, (long)number.V));
            }
        });
    }
}
