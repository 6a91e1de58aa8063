using M2MCluster.System.Tests.Load;

namespace M2MCluster.System.Tests.Faults;

/// <summary>The checker finds nothing wrong in a run in which nothing was broken, and finds each kind of lie in its log.</summary>
public sealed class CheckerTests(Node node) : IClassFixture<Node>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Check_LogThatLies_TellsEachLie()
    {
        var application = $"a-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/applications?applicationId={application}", new { });
        await node.Rest.PostAsync($"v1/applications/{application}/subscriptions", new { filter = "" });
        var path = Path.Combine(Directory.CreateTempSubdirectory("m2m-checker-").FullName, "run.log");
        await RunAsync(application, path);
        var honest = RunLog.Read(path);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);

        Assert.Empty(await CheckAsync(honest));

        var report = honest.First(line => line.What == "acknowledged");
        await FindsAsync([.. honest, (report.Ms, report.What, [report.Whom[0], "999999"])], "acknowledged and missing");
        await FindsAsync([.. honest.Where(line => line != report)], "never acknowledged");

        var accepted = honest.First(line => line.What == "accepted");
        await FindsAsync([.. honest, accepted], "accepted twice");
        await FindsAsync([.. honest.Where(line => line != accepted)], "never accepted, with an outcome");

        var heard = honest.Where(line => line.What == "heard" && line.Whom[2].StartsWith("m2m.report", StringComparison.Ordinal)).Take(2).ToList();
        await FindsAsync([.. honest.Where(line => line != heard[0])], "not heard");
        await FindsAsync([.. honest.Select(line => line == heard[0] ? heard[1] : line == heard[1] ? heard[0] : line)], "not in the feed's order");

        Task<IReadOnlyList<string>> CheckAsync(IReadOnlyList<(long, string, string[])> log) => new Checker(node.Rest, application, log).CheckAsync();

        async Task FindsAsync(IReadOnlyList<(long, string, string[])> log, string what) =>
            Assert.Contains(await CheckAsync(log), wrong => wrong.Contains(what, StringComparison.Ordinal));
    }

    private async Task RunAsync(string application, string path)
    {
        using var log = new RunLog(path);
        var (device, reader) = ((await CreateAsync()), (await CreateAsync()));
        var reporter = new MqttReporter(device, new([node.Host.MqttPort]), named: true) { OnAcknowledged = number => log.Acknowledged(device, number) };
        var mailbox = new MailboxReader(reader, new([node.Host.MqttPort])) { OnAnswered = name => log.Answered(reader, name) };
        var sender = new Sender(reader, "APPLIED") { OnAccepted = name => log.Accepted(reader, name) };
        var watcher = new FeedWatcher(application, [node.Host.FrontDoor], node.Host.OperatorKey, log);
        using var load = new CancellationTokenSource();
        using var collection = new CancellationTokenSource();
        Task[] sending = [Task.Run(() => reporter.RunAsync(load.Token)), Task.Run(() => sender.RunAsync(() => node.Rest, load.Token))];
        Task[] taking = [Task.Run(() => mailbox.RunAsync(collection.Token)), Task.Run(() => watcher.RunAsync(collection.Token))];
        await UntilAsync(() => reporter.Acknowledged.Count > 5 && sender.Accepted.Count > 5);
        await load.CancelAsync();
        await Task.WhenAll(sending).WaitAsync(Patience);
        await UntilAsync(() => sender.Accepted.Values.All(mailbox.Answered.ContainsKey));
        var feed = await FeedEvent.ReadAsync(node.Rest, application);
        await UntilAsync(() => feed.TrueForAll(told => watcher.Heard.ContainsKey(told.Id)));
        await collection.CancelAsync();
        await Task.WhenAll(taking).WaitAsync(Patience);
    }

    private async Task<string> CreateAsync()
    {
        var id = $"t-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/objects?objectId={id}", new { kind = "DEVICE" });
        await node.Rest.PostAsync($"v1/objects/{id}/credentials", new { mqttSecret = new { secret = Testing.RawMqtt.Secret } });
        return id;
    }

    private static async Task UntilAsync(Func<bool> reached)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!reached()) await poll.WaitForNextTickAsync(patience.Token);
    }
}
