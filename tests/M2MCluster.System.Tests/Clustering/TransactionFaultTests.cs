using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using M2MCluster.Device;
using M2MCluster.Device.Mqtt;
using M2MCluster.Device.Transactions;
using M2MCluster.Testing;
using M2MCluster.Testing.Postgres;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Clustering;

/// <summary>The silo of a transaction's coordinator is killed, or frozen until the others go on without it, in the midst: another silo takes it over, and all agree.</summary>
public sealed class TransactionFaultTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private enum When
    {
        BeforeAnyPromise,
        BetweenTwoPromises,
        WhileItIsCarriedOut,
    }

    [SkippableFact]
    public async Task Coordinator_ItsSiloIsKilled_AnotherTakesOverAndAllAgree()
    {
        await using var cluster = await StartAsync();
        await RunAsync(cluster, When.BeforeAnyPromise, refuses: false, frozen: false);
        await AgainAsync(cluster);
        await RunAsync(cluster, When.BetweenTwoPromises, refuses: true, frozen: false);
        await AgainAsync(cluster);
        await RunAsync(cluster, When.WhileItIsCarriedOut, refuses: false, frozen: false);
    }

    [SkippableFact]
    public async Task Coordinator_ItsSiloIsFrozenUntilTheOthersGoOnWithout_AllAgree()
    {
        await using var cluster = await StartAsync();
        await RunAsync(cluster, When.BetweenTwoPromises, refuses: false, frozen: true);
    }

    private async Task<Cluster> StartAsync()
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        return await Cluster.StartAsync(Node.HostAssembly, await postgres.CreateDatabaseAsync(), 3);
    }

    private static async Task AgainAsync(Cluster cluster)
    {
        await cluster[0].StartAsync();
        await cluster.WaitForActiveAsync(3);
        foreach (var silo in cluster.Silos) await Fleet.UntilServedAsync(silo.CreateDeviceAsync);
    }

    private static async Task RunAsync(Cluster cluster, When when, bool refuses, bool frozen)
    {
        var story = $"{when}, {(refuses ? "one refuses" : "all promise")}, {(frozen ? "frozen" : "killed")}";
        // The objects and their devices are on the silos that live on.
        var participants = new[] { new Participant(), new Participant { Refuses = refuses } };
        await using var first = await ConnectAsync(cluster[1], participants[0]);
        await using var second = await ConnectAsync(cluster[2], participants[1]);
        var group = $"g-{Guid.NewGuid():n}";
        await cluster[1].Rest.PostAsync($"v1/groups?groupId={group}", new { members = new[] { $"objects/{first.Name}", $"objects/{second.Name}" } });
        await cluster[1].Rest.PostAsync($"v1/applications?applicationId={group}", new { });
        await cluster[1].Rest.PostAsync($"v1/applications/{group}/subscriptions", new { filter = $"group = \"{group}\"" });
        var sent = await cluster[1].Rest.PostAsync("v1/messages", new { target = $"groups/{group}", payload = "dDE=", ttl = "600s", confirmation = "TRANSACTION" });
        var whole = (string)sent["message"]!["name"]!;
        // Nobody has spoken to the coordinator yet: it comes into being where it is asked first.
        Assert.Equal("PREPARING", (string?)(await cluster[0].Rest.GetAsync($"v1/{whole}:explain"))["transaction"]!["phase"]);

        if (when == When.BetweenTwoPromises)
        {
            participants[0].Preparing.SetResult();
            await UntilAsync(cluster[1], $"v1/{whole}:explain", why => why["transaction"]!["members"]!.AsArray().Any(member => (string?)member!["phase"] == "PREPARED"), story);
        }
        else if (when == When.WhileItIsCarriedOut)
        {
            foreach (var one in participants) one.Preparing.SetResult();
            await UntilAsync(cluster[1], $"v1/{whole}:explain", why => (string?)why["transaction"]!["phase"] == (refuses ? "ROLLING_BACK" : "COMMITTING"), story);
        }

        if (frozen)
        {
            await cluster[0].FreezeAsync();
            await cluster.WaitForDeathAsync(cluster[0]);
        }
        else await cluster[0].KillAsync();
        foreach (var one in participants)
        {
            one.Preparing.TrySetResult();
            one.Deciding.SetResult();
        }

        var ended = await UntilAsync(cluster[2], $"v1/{whole}", found => found["outcome"] is not null, story);
        if (frozen)
        {
            await cluster[0].ThawAsync();
            Assert.NotEqual(0, await cluster[0].WaitForExitAsync());
        }

        Assert.Equal(refuses ? "REJECTED" : "APPLIED", (string?)ended["outcome"]);
        // Whoever was told to prepare before the other refused is told to roll back.
        if (!refuses) Assert.All(participants, one => Assert.Equal(["prepare", "commit"], one.Said));
        else
        {
            Assert.True(participants[0].Said is [] or ["prepare", "rollback"], $"{story}: {string.Join(", ", participants[0].Said)}");
            Assert.Empty(participants[1].Said);
        }

        var heard = (await cluster[1].Rest.GetAsync($"v1/applications/{group}/events"))["events"]!.AsArray();
        Assert.Single(heard, told => (string?)told!["type"] == "m2m.message.outcome" && (string?)told["data"]!["message"] == whole);
        Assert.DoesNotContain(heard, told => (string?)told!["type"] == "m2m.message.settled");
    }

    private static async Task<JsonNode> UntilAsync(HostProcess silo, string path, Func<JsonNode, bool> holds, string story)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        JsonNode found;
        while (!holds(found = await Fleet.UntilServedAsync(() => silo.Rest.GetAsync(path))))
        {
            if (patience.IsCancellationRequested) throw new TimeoutException($"{story}: {path} stayed {found}");
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }

        return found;
    }

    private static async Task<Connected> ConnectAsync(HostProcess silo, Participant participant)
    {
        var id = await Fleet.UntilServedAsync(silo.CreateDeviceAsync);
        var device = new MqttDevice(
            new()
            {
                Name = id, Secret = RawMqtt.Secret, Server = new(IPAddress.Loopback, silo.MqttPort), Transactions = participant, Journal = new MemoryTransactionJournal(),
                Messages = (_, _) => new(DeviceResult.Refused("not a transaction")),
            },
            TimeProvider.System);
        Assert.True(await DeviceRetry.InsistAsync(() => device.ConnectAsync(), _ => { }, TimeProvider.System, CancellationToken.None));
        return new(id, device);
    }

    private sealed record Connected(string Name, MqttDevice Device) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Device.DisposeAsync();
    }

    private sealed class Participant : ITransactionParticipant
    {
        private readonly ConcurrentQueue<string> _said = new();

        public bool Refuses { get; init; }

        public IReadOnlyList<string> Said => [.. _said];

        public TaskCompletionSource Preparing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Deciding { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask<DeviceResult> PrepareAsync(DeviceMessage message, CancellationToken cancellationToken)
        {
            await Preparing.Task.WaitAsync(cancellationToken);
            if (Refuses) return DeviceResult.Refused("no");
            _said.Enqueue("prepare");
            return DeviceResult.Done;
        }

        public ValueTask<DeviceResult> CommitAsync(DeviceMessage message, CancellationToken cancellationToken) => DecideAsync("commit", cancellationToken);

        public ValueTask<DeviceResult> RollbackAsync(DeviceMessage message, CancellationToken cancellationToken) => DecideAsync("rollback", cancellationToken);

        private async ValueTask<DeviceResult> DecideAsync(string verb, CancellationToken cancellationToken)
        {
            await Deciding.Task.WaitAsync(cancellationToken);
            _said.Enqueue(verb);
            return DeviceResult.Done;
        }
    }
}
