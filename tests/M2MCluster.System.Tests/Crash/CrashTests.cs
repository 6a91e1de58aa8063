using System.Globalization;
using System.Text.Json.Nodes;
using M2MCluster.System.Tests.Load;
using M2MCluster.Testing;
using M2MCluster.Testing.Postgres;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Crash;

/// <summary>
/// The node is killed under load and started again: nothing that was acknowledged is missing, and nothing is there twice. <c>M2M_SOAK_ROUNDS</c> says how many
/// kills (3 if it is not set); <c>scripts/soak</c> sets it.
/// </summary>
public sealed class CrashTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const int Devices = 4;

    private static int Rounds => int.TryParse(Environment.GetEnvironmentVariable("M2M_SOAK_ROUNDS"), CultureInfo.InvariantCulture, out var rounds) ? rounds : 3;

    [SkippableTheory]
    [InlineData("SQLite")]
    [InlineData("PostgreSQL")]
    [Requirement("4.7")]
    public async Task Kill_UnderLoad_LosesNothingAndDoublesNothing(string engine)
    {
        if (engine == "PostgreSQL") Skip.If(postgres.Missing is not null, postgres.Missing);
        var database = engine == "PostgreSQL" ? await postgres.CreateDatabaseAsync() : null;
        await using var host = await HostProcess.StartAsync(new()
        {
            Assembly = Node.HostAssembly, ConnectionString = database, More = new Dictionary<string, string> { ["Logging__LogLevel__Default"] = "Warning" },
        });
        await host.Rest.PostAsync("v1/applications?applicationId=hears", new { });
        await host.Rest.PostAsync("v1/applications/hears/subscriptions", new { filter = "" });
        var reporters = new List<IReporter>();
        for (var i = 0; i < Devices; i++)
        {
            await CreateAsync(host.Rest, $"mqtt-{i}");
            await CreateAsync(host.Rest, $"coap-{i}");
            reporters.Add(new MqttReporter($"mqtt-{i}", new([host.MqttPort])));
            reporters.Add(new CoapReporter($"coap-{i}", new([host.CoapPort])));
        }

        await CreateAsync(host.Rest, "asleep");
        await CreateAsync(host.Rest, "awake");
        var toSleeper = new Sender("asleep", "DELIVERED");
        var toReader = new Sender("awake", "APPLIED");
        var reader = new MailboxReader("awake", new([host.MqttPort]));
        using var stop = new CancellationTokenSource();
        var load = reporters.Select(reporter => Task.Run(() => reporter.RunAsync(stop.Token)))
            .Append(Task.Run(() => toSleeper.RunAsync(() => host.Rest, stop.Token)))
            .Append(Task.Run(() => toReader.RunAsync(() => host.Rest, stop.Token))).ToArray();
        using var end = new CancellationTokenSource();
        var reading = Task.Run(() => reader.RunAsync(end.Token));
        var random = new Random();
        for (var round = 0; round < Rounds; round++)
        {
            var before = reporters.Sum(reporter => reporter.Acknowledged.Count);
            await UntilAsync(() => reporters.Sum(reporter => reporter.Acknowledged.Count) > before + random.Next(200, 1000), load, reporters, host);
            await host.KillAsync();
            await host.StartAsync();
        }

        var last = reporters.ToDictionary(reporter => reporter, reporter => reporter.Acknowledged.Count);
        await UntilAsync(() => reporters.TrueForAll(reporter => reporter.Acknowledged.Count > last[reporter] + 10), load, reporters, host);
        await stop.CancelAsync();
        await Task.WhenAll(load).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.True(toReader.Accepted.Count > Rounds, "too few messages to show anything");
        await UntilAsync(() => !toReader.Accepted.Values.Except(reader.Answered.Keys).Any(), [reading], reporters, host);
        await end.CancelAsync();
        await reading.WaitAsync(TimeSpan.FromSeconds(60));

        foreach (var reporter in reporters) await CheckReportsAsync(host.Rest, reporter);
        await CheckEventsAsync(host.Rest, reporters, toReader);
        await CheckWaitingAsync(host.Rest, toSleeper);
        foreach (var name in toReader.Accepted.Values) Assert.Equal("APPLIED", (string?)(await host.Rest.GetAsync($"v1/{name}"))["outcome"]);
    }

    private static async Task CreateAsync(RestClient rest, string id)
    {
        await rest.PostAsync($"v1/objects?objectId={id}", new { kind = "DEVICE", securityPolicy = new { plain = "FULL" }, mailbox = new { maxMessages = 100_000 } });
        await rest.PostAsync($"v1/objects/{id}/credentials", new { mqttSecret = new { secret = RawMqtt.Secret } });
    }

    private static async Task CheckReportsAsync(RestClient rest, IReporter reporter)
    {
        var stored = new List<int>();
        await foreach (var report in PagesAsync(rest, $"v1/objects/{reporter.ObjectId}/reports", "reports")) stored.Add((int)(double)report["senml"]![0]!["v"]!);

        Assert.True(stored.Count == stored.Distinct().Count(), $"{reporter.ObjectId}: stored twice: {Some(stored.GroupBy(one => one).Where(same => same.Count() > 1).Select(same => same.Key))}");
        Assert.True(!reporter.Acknowledged.Keys.Except(stored).Any(), $"{reporter.ObjectId}: acknowledged and missing: {Some(reporter.Acknowledged.Keys.Except(stored))}");
        Assert.True(!stored.Except(reporter.Acknowledged.Keys).Any(), $"{reporter.ObjectId}: never sent: {Some(stored.Except(reporter.Acknowledged.Keys))}");
    }

    private static async Task CheckEventsAsync(RestClient rest, List<IReporter> reporters, Sender toReader)
    {
        var told = new Dictionary<string, HashSet<string>>();
        var outcomes = new List<(string Event, string Message)>();
        var cursor = "";
        while (true)
        {
            var page = await rest.GetAsync($"v1/applications/hears/events?pageSize=1000&cursor={Uri.EscapeDataString(cursor)}");
            if (page["events"] is not JsonArray { Count: > 0 } events) break;
            foreach (var one in events.Where(one => (string?)one!["type"] == "m2m.report"))
            {
                var subject = (string)one!["subject"]!;
                if (!told.TryGetValue(subject, out var ids)) told.Add(subject, ids = []);
                ids.Add((string)one["id"]!);
            }

            outcomes.AddRange(events.Where(one => (string?)one!["type"] == "m2m.message.outcome").Select(one => ((string)one!["id"]!, (string)one["data"]!["message"]!)));
            cursor = (string)page["cursor"]!;
        }

        // One outcome each, also told once: the same event may come again under its id, another one not.
        Assert.Equal(toReader.Accepted.Values.Order(), outcomes.Distinct().Select(one => one.Message).Order());
        foreach (var reporter in reporters) Assert.Equal(reporter.Acknowledged.Count, told[$"objects/{reporter.ObjectId}"].Count);
    }

    private static async Task CheckWaitingAsync(RestClient rest, Sender sender)
    {
        var view = await rest.GetAsync("v1/objects/asleep");
        Assert.Equal(sender.Accepted.Count, sender.Accepted.Values.Distinct().Count());
        Assert.Equal(sender.Accepted.Count, (int)view["status"]!["waitingMessages"]!);
        foreach (var name in sender.Accepted.Values) Assert.Equal("WAITING", (string?)(await rest.GetAsync($"v1/{name}"))["state"]);
    }

    private static async IAsyncEnumerable<JsonNode> PagesAsync(RestClient rest, string path, string items)
    {
        var token = "";
        do
        {
            var page = await rest.GetAsync($"{path}?pageSize=1000&pageToken={Uri.EscapeDataString(token)}");
            foreach (var item in page[items] as JsonArray ?? []) yield return item!;
            token = (string?)page["nextPageToken"] ?? "";
        }
        while (token.Length > 0);
    }

    private static async Task UntilAsync(Func<bool> reached, Task[] load, List<IReporter> reporters, HostProcess host)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!reached())
        {
            if (load.FirstOrDefault(task => task.IsFaulted) is { } failed) await failed;
            try
            {
                await poll.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                var counts = string.Join(", ", reporters.Select(reporter => $"{reporter.ObjectId} {reporter.Acknowledged.Count}"));
                throw new TimeoutException($"the load does not get on: {counts}\n{host.Output}");
            }
        }
    }

    private static string Some(IEnumerable<int> numbers) => string.Join(", ", numbers.Order().Take(20));
}
