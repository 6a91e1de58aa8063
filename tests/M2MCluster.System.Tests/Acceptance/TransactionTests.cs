using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using M2MCluster.Device;
using M2MCluster.Device.Coap;
using M2MCluster.Device.Mqtt;
using M2MCluster.Device.Transactions;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>Messages that all objects of a group carry out or none, over each bearer, whoever stops in the midst; and what a confirmation is.</summary>
public sealed class TransactionTests(Node node) : IClassFixture<Node>
{
    [Fact]
    [Requirement("4.16")]
    public async Task Transaction_AllPrepare_EachCommitsOnceOverALossyWayAndItsOutcomeIsToldOnce()
    {
        await using var fleet = await Fleet.StartAsync(node, loss: 0.2);
        var application = await Listener.SubscribeAsync(node, new { group = fleet.Group });
        var whole = await fleet.SendAsync("t1");

        await node.Rest.GetUntilAsync($"v1/{whole}", found => (string?)found["outcome"] == "APPLIED");
        Assert.All(fleet.Participants, one => Assert.Equal(["prepare t1", "commit t1"], one.Said));
        var told = await ToldAsync(application, whole);
        Assert.Equal(["APPLIED", "APPLIED", "APPLIED"], told["members"]!.AsArray().Select(member => (string)member!["outcome"]!));
        var why = await node.Rest.GetAsync($"v1/{whole}:explain");
        Assert.Equal("COMMITTING", (string?)why["transaction"]!["phase"]);
        Assert.All(why["transaction"]!["members"]!.AsArray(), member => Assert.Equal("APPLIED", (string)member!["outcome"]!));
    }

    [Fact]
    [Requirement("4.16")]
    public async Task Transaction_OneRefuses_TheOthersRollBackAndTheReasonIsNamed()
    {
        await using var fleet = await Fleet.StartAsync(node);
        fleet.Participants[2].Refuses = true;
        var application = await Listener.SubscribeAsync(node, new { group = fleet.Group });
        var whole = await fleet.SendAsync("t1");

        await node.Rest.GetUntilAsync($"v1/{whole}", found => (string?)found["outcome"] == "REJECTED");
        Assert.Contains($"{fleet.Members[2]} did not prepare", (string)(await ToldAsync(application, whole))["detail"]!, StringComparison.Ordinal);
        Assert.All(fleet.Participants, one => Assert.DoesNotContain("commit t1", one.Said));
        Assert.All(fleet.Participants[..2], one => Assert.True(one.Said is [] or ["prepare t1", "rollback t1"], string.Join(", ", one.Said)));
    }

    [Fact]
    [Requirement("4.16")]
    public async Task Transaction_OneIsGoneAfterItsPromise_IsNamedInDoubtAndSettlesWhenItIsBack()
    {
        await using var fleet = await Fleet.StartAsync(node);
        var application = await Listener.SubscribeAsync(node, new { group = fleet.Group });
        var held = fleet.Participants[1].Hold = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var whole = await fleet.SendAsync("t1", ttl: "15s");
        await node.Rest.GetUntilAsync($"v1/{whole}:explain", why => why["transaction"]!["members"]!.AsArray().Any(
            member => (string)member!["target"]! == fleet.Members[0] && (string)member["phase"]! == "PREPARED"));
        await fleet.StopAsync(0);
        held.SetResult();

        await node.Rest.GetUntilAsync($"v1/{whole}", found => (string?)found["outcome"] == "UNKNOWN");
        var told = await ToldAsync(application, whole);
        Assert.Contains($"in doubt, prepared and not known to have committed: {fleet.Members[0]}", (string)told["detail"]!, StringComparison.Ordinal);
        Assert.Equal(fleet.Members[0], (string)Assert.Single((await node.Rest.GetAsync($"v1/{whole}:explain"))["transaction"]!["inDoubt"]!.AsArray())!);
        await fleet.StartAsync(0);

        var settled = Assert.Single(await application.HearAsync("m2m.message.settled"), one => (string)one["data"]!["message"]! == whole)["data"]!;
        Assert.Equal(["APPLIED", "APPLIED", "APPLIED"], settled["members"]!.AsArray().Select(member => (string)member!["outcome"]!));
        Assert.All(fleet.Participants, one => Assert.Equal(["prepare t1", "commit t1"], one.Said));
        await ToldAsync(application, whole);
    }

    [Fact]
    [Requirement("4.16")]
    public async Task Transactions_NodeAndDevicesAreKilledInTheMidst_AllAgreeAfterwards()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var fleet = await Fleet.StartAsync(node);
        var application = await Listener.SubscribeAsync(node, new { group = fleet.Group });
        var sent = new Dictionary<string, string>();
        for (var i = 0; i < 5; i++)
        {
            var name = $"t{i}";
            if (i == 3) fleet.Participants[1].Refuses = true;
            sent[name] = await fleet.SendAsync(name, ttl: "120s");
            await Task.Delay(random.Next(60));
            await node.Host.KillAsync();
            var device = random.Next(3);
            await fleet.StopAsync(device);
            await node.Host.StartAsync();
            await fleet.StartAsync(device);
            await fleet.ConnectAsync();
            await node.Rest.GetUntilAsync($"v1/{sent[name]}", found => (string?)found["state"] == "ENDED");
        }

        foreach (var (name, whole) in sent)
        {
            var outcome = (string)(await ToldAsync(application, whole))["outcome"]!;
            var committed = fleet.Participants.Select(one => one.Said.Count(said => said == $"commit {name}"));
            Assert.True(outcome is "APPLIED" or "REJECTED" or "EXPIRED", $"{outcome}, seed {seed}");
            Assert.True(committed.All(count => count == (outcome == "APPLIED" ? 1 : 0)), $"{name} ended {outcome}, seed {seed}:\n{fleet}");
        }
    }

    [Fact]
    [Requirement("4.16")]
    public async Task Confirmed_IsTheAnswerOfTheDevicesApplicationAndNotOfTheLink()
    {
        var (id, secret) = await node.CreateAsync();
        using var raw = await RawMqtt.Open(node.Host.MqttPort);
        await raw.Enter(RawMqtt.Connect(id, secret: secret));
        await raw.Send(RawMqtt.Subscribe(1, "m2m/mailbox/#"));
        await raw.Read();
        var applied = await SendAsync(id, "APPLIED");
        var body = (await raw.Read())!.Value.Body;
        await raw.Send(RawMqtt.PubAck((ushort)((body[2 + body[1]] << 8) | body[3 + body[1]])));
        await node.Rest.GetUntilAsync($"v1/{applied}:explain", why => ((string?)why["summary"])!.Contains("result", StringComparison.Ordinal));
        Assert.Equal("WAITING", (string?)(await node.Rest.GetAsync($"v1/{applied}"))["state"]);

        // Its answer was lost, so it answers again: taken once.
        for (var i = 0; i < 2; i++)
        {
            await raw.Send(RawMqtt.Publish($"m2m/mailbox/{applied["messages/".Length..]}/result", """{"result":"ok"}""", id: (ushort)(i + 5)));
            Assert.StartsWith("40", await raw.Hear(), StringComparison.Ordinal);
        }

        Assert.Equal("APPLIED", (string?)(await node.Rest.GetAsync($"v1/{applied}"))["outcome"]);

        // Upward: unconfirmed at QoS 0, confirmed at QoS 1 and stored once though the acknowledgement was lost.
        await raw.Send(RawMqtt.Publish("m2m/reports", """[{"n":"t","v":1}]""", qos: 0));
        for (var i = 0; i < 2; i++)
        {
            await raw.Send(RawMqtt.Publish("m2m/reports", """[{"n":"t","v":2}]""", id: 9, dup: i > 0));
            Assert.Equal("40 0009", await raw.Hear());
        }

        Assert.Equal(2, (await node.Rest.GetAsync($"v1/objects/{id}/reports"))["reports"]!.AsArray().Count);
    }

    private async Task<string> SendAsync(string id, string confirmation)
    {
        var sent = await node.Rest.PostAsync("v1/messages", new { target = $"objects/{id}", payload = "aGVsbG8=", ttl = "3600s", confirmation });
        return (string)sent["message"]!["name"]!;
    }

    /// <summary>The one outcome of the whole that the application heard.</summary>
    private static async Task<JsonNode> ToldAsync(Listener application, string whole)
    {
        await application.HearAsync("m2m.message.outcome");
        var heard = await application.HearAsync("m2m.message.outcome");
        return Assert.Single(heard, told => (string)told["data"]!["message"]! == whole)["data"]!;
    }

    /// <summary>What a device does and has on its disk.</summary>
    private sealed class Participant : ITransactionParticipant
    {
        private readonly ConcurrentQueue<string> _said = new();

        public IReadOnlyList<string> Said => [.. _said];

        public bool Refuses { get; set; }

        /// <summary>What preparing waits for.</summary>
        public TaskCompletionSource? Hold { get; set; }

        public async ValueTask<DeviceResult> PrepareAsync(DeviceMessage message, CancellationToken cancellationToken)
        {
            if (Hold is { } hold) await hold.Task.WaitAsync(cancellationToken);
            return Refuses ? DeviceResult.Refused("no") : await Do("prepare", message);
        }

        public ValueTask<DeviceResult> CommitAsync(DeviceMessage message, CancellationToken cancellationToken) => Do("commit", message);

        public ValueTask<DeviceResult> RollbackAsync(DeviceMessage message, CancellationToken cancellationToken) => Do("rollback", message);

        private ValueTask<DeviceResult> Do(string verb, DeviceMessage message)
        {
            _said.Enqueue($"{verb} {Encoding.UTF8.GetString(message.Payload.Span)}");
            return new(DeviceResult.Done);
        }
    }

    /// <summary>A group of three: MQTT 5, MQTT 3.1.1, and CoAP that observes its mailbox.</summary>
    private sealed class Fleet : IAsyncDisposable
    {
        private readonly Node _node;
        private readonly string _folder = Directory.CreateTempSubdirectory("m2m-devices-").FullName;
        private readonly (string Id, string Secret)[] _objects = new (string, string)[3];
        private readonly IAsyncDisposable?[] _devices = new IAsyncDisposable?[3];
        private readonly SemaphoreSlim _one = new(1, 1);
        private readonly double _loss;
        private CancellationTokenSource _serving = new();
        private Task _served = Task.CompletedTask;

        private Fleet(Node node, double loss)
        {
            _node = node;
            _loss = loss;
        }

        public Participant[] Participants { get; } = [new(), new(), new()];

        public string Group { get; } = $"groups/g-{Guid.NewGuid():n}";

        public string[] Members => [.. _objects.Select(one => $"objects/{one.Id}")];

        public static async Task<Fleet> StartAsync(Node node, double loss = 0)
        {
            var fleet = new Fleet(node, loss);
            for (var i = 0; i < 3; i++) fleet._objects[i] = await node.CreateAsync(plain: "FULL");
            await node.Rest.PostAsync($"v1/groups?groupId={fleet.Group["groups/".Length..]}", new { members = fleet.Members });
            for (var i = 0; i < 3; i++) await fleet.StartAsync(i);
            return fleet;
        }

        public async Task<string> SendAsync(string text, string ttl = "3600s")
        {
            var payload = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
            var sent = await _node.Rest.PostAsync("v1/messages", new { target = Group, payload, contentType = "text/plain", ttl, confirmation = "TRANSACTION" });
            return (string)sent["message"]!["name"]!;
        }

        public async Task StartAsync(int place)
        {
            await _one.WaitAsync();
            try
            {
                var (id, secret) = _objects[place];
                var journal = new FileTransactionJournal(Path.Combine(_folder, id));
                if (place == 2)
                {
                    var device = new CoapDevice(
                        new() { Name = id, Server = new(IPAddress.Loopback, _node.Host.CoapPort), Transactions = Participants[place], Journal = journal, Link = new(new Random(7)) { Loss = _loss }, MailboxCheck = TimeSpan.FromSeconds(2) },
                        TimeProvider.System);
                    _devices[place] = device;
                    _serving = new();
                    _served = ServeAsync(device, _serving.Token);
                    return;
                }

                var mqtt = new MqttDevice(
                    new()
                    {
                        Name = id, Secret = secret, Server = new(IPAddress.Loopback, _node.Host.MqttPort), Version5 = place == 0, Transactions = Participants[place], Journal = journal,
                        Messages = (_, _) => new(DeviceResult.Refused("not a transaction")),
                    },
                    TimeProvider.System);
                _devices[place] = mqtt;
                await mqtt.ConnectAsync();
            }
            finally
            {
                _one.Release();
            }
        }

        /// <summary>Those whose connection ended with the node connect again.</summary>
        public async Task ConnectAsync()
        {
            foreach (var device in _devices.OfType<MqttDevice>().Where(device => !device.IsConnected))
                Assert.True(await DeviceRetry.InsistAsync(() => device.ConnectAsync(), _ => { }, TimeProvider.System, CancellationToken.None));
        }

        /// <summary>The device ends; what it has in its journal stays.</summary>
        public async Task StopAsync(int place)
        {
            await _one.WaitAsync();
            try
            {
                if (place == 2)
                {
                    await _serving.CancelAsync();
                    await _served;
                }

                if (_devices[place] is { } device) await device.DisposeAsync();
                _devices[place] = null;
            }
            finally
            {
                _one.Release();
            }
        }

        public async ValueTask DisposeAsync()
        {
            for (var i = 0; i < 3; i++) await StopAsync(i);
            _serving.Dispose();
            _one.Dispose();
            Directory.Delete(_folder, recursive: true);
        }

        public override string ToString() => string.Join('\n', Participants.Select(one => string.Join(", ", one.Said)));

        private static async Task ServeAsync(CoapDevice device, CancellationToken cancellationToken)
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                try
                {
                    await device.ServeAsync((_, _) => new(DeviceResult.Refused("not a transaction")), cancellationToken);
                }
                catch (Exception away) when (away is DeviceException or OperationCanceledException)
                {
                    // The node is away; the device tries again.
                }
            }
        }
    }
}
