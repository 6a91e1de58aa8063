using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using M2MCluster.Device;
using M2MCluster.Device.Coap;
using M2MCluster.Device.Transactions;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>One datagram for all on a link, to CoAP servers of other authors; and one effect, whoever of several takes it.</summary>
public sealed class GroupcastTests(GroupcastNode node) : IClassFixture<GroupcastNode>
{
    [SkippableFact]
    [Requirement("4.3.a")]
    public async Task MulticastAndBroadcast_MembersOnOneLink_OneDatagramTheRestAloneAndEachItsOutcome()
    {
        using var wire = Listen(node.Group, node.GroupPort);
        var link = $"cell-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/objects?objectId={link}", new { kind = "GATEWAY", characteristics = new { groupAddress = $"{node.Group}:{node.GroupPort}" } });
        var onLink = new List<string>();
        for (var i = 0; i < 5; i++) onLink.Add(await MemberAsync(link));
        var (silent, libcoap, outside) = (onLink[3], onLink[4], await MemberAsync(null));
        await using var servers = await Programs.NodeAsync(
            "coap-members.js", "127.0.0.1", $"{node.Host.CoapPort}", node.Group, $"{node.GroupPort}", string.Join(',', onLink[..3]), $"{silent},{outside}");
        await servers.HearAsync(line => line.Contains("ready", StringComparison.Ordinal));
        // Registered from the port at which the server then listens.
        await RunClientAsync("-a", "127.0.0.1", "-p", $"{node.GroupPort}", "-m", "post", "-t", "40", "-e", "</example_data>", $"coap://127.0.0.1:{node.Host.CoapPort}/rd?ep={libcoap}&lt=3600");
        await using var server = Tool.Start(Programs.CoapServer, "-p", $"{node.GroupPort}", "-g", node.Group, "-G", "lo", "-v", "3");
        await UntilServedAsync(node.GroupPort);
        var group = $"link-{link}";
        await node.Rest.PostAsync($"v1/groups?groupId={group}", new { members = onLink.Append(outside).Select(id => $"objects/{id}") });

        foreach (var (mode, payload, outcome) in new[] { ("MULTICAST", "on", "APPLIED"), ("BROADCAST", "refuse", "REJECTED") })
        {
            var sent = await node.Rest.PostAsync("v1/messages", new
            {
                target = $"groups/{group}", mode, confirmation = "APPLIED", payload = Convert.ToBase64String(Encoding.UTF8.GetBytes(payload)), contentType = "text/plain", ttl = "600s",
                command = new { method = "PUT", path = "/example_data" },
            });
            var name = (string)sent["message"]!["name"]!;
            var asked = new List<JsonNode>();
            while (asked.Count < 5) asked.Add(JsonNode.Parse(await servers.HearAsync(line => line.Contains("asked", StringComparison.Ordinal)))!);
            var ended = await node.Rest.GetUntilAsync($"v1/{name}", message => (string?)message["state"] == "ENDED");

            Assert.Equal(
                onLink[..3].Select(id => (id, "group", false)).Append((silent, "alone", true)).Append((outside, "alone", true)).Order(),
                asked.Select(one => ((string)one["id"]!, (string)one["how"]!, (bool)one["confirmable"]!)).Order());
            Assert.All(asked, one => Assert.Equal(("PUT", "/example_data", payload), ((string)one["method"]!, (string)one["path"]!, (string)one["payload"]!)));
            // The one that did not hear it is asked by the same name, so that it would know it again.
            Assert.All(asked.Where(one => (string)one["id"]! != outside), one => Assert.Equal(name["messages/".Length..], (string)one["tag"]!));
            var parts = (await node.Rest.GetAsync($"v1/messages?pageSize=100&filter={Uri.EscapeDataString($"parent = \"{name}\"")}"))["messages"]!.AsArray();
            Assert.Equal(
                onLink.Append(outside).Select(id => ($"objects/{id}", id == libcoap ? "APPLIED" : outcome)).Order(),
                parts.Select(part => ((string)part!["target"]!, (string)part["outcome"]!)).Order());
            var own = parts.Single(part => (string)part!["target"]! == $"objects/{onLink[0]}")!;
            Assert.Equal(onLink[0], Encoding.UTF8.GetString(Convert.FromBase64String((string)own["result"]!["payload"]!)));
            Assert.Equal(outcome == "APPLIED" ? "APPLIED" : "FAILED", (string)ended["outcome"]!);
        }

        Assert.Equal("refuse", (await CoapClient.CallOtherAsync("get", node.GroupPort, "/example_data")).Trim());
        Assert.Equal(2, await wire.CountAsync());
    }

    [SkippableFact]
    public async Task Multicast_NodeIsKilledOnceTheDatagramHasLeft_EachGetsItAloneByTheSameNameAndHasOneOutcome()
    {
        using var wire = Listen(node.Group, node.GroupPort);
        var link = $"cell-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/objects?objectId={link}", new { kind = "GATEWAY", characteristics = new { groupAddress = $"{node.Group}:{node.GroupPort}" } });
        var members = new[] { await MemberAsync(link), await MemberAsync(link), await MemberAsync(link) };
        await using var servers = await Programs.NodeAsync(
            "coap-members.js", "127.0.0.1", $"{node.Host.CoapPort}", node.Group, $"{node.GroupPort}", members[0], string.Join(',', members[1..]));
        await servers.HearAsync(line => line.Contains("ready", StringComparison.Ordinal));
        await node.Rest.PostAsync($"v1/groups?groupId=link-{link}", new { members = members.Select(id => $"objects/{id}") });
        var application = await Listener.SubscribeAsync(node, new { group = $"groups/link-{link}" });

        var sent = await node.Rest.PostAsync("v1/messages", new { target = $"groups/link-{link}", mode = "MULTICAST", confirmation = "APPLIED", ttl = "600s", command = new { method = "PUT", path = "/led" } });
        var name = (string)sent["message"]!["name"]!;
        await wire.NextAsync();
        await node.Host.KillAsync();
        await node.Host.StartAsync();
        // After a crash the schedule goes on with it within some fifteen seconds.
        var ended = await node.Rest.GetUntilAsync($"v1/{name}", message => (string?)message["state"] == "ENDED", TimeSpan.FromMinutes(2));

        Assert.Equal(3, (int)ended["memberOutcomes"]!["APPLIED"]!);
        // The answer of the one that heard it may have come before the end, or not.
        var asked = new List<JsonNode>();
        while (!members[1..].All(id => asked.Exists(one => (string)one["id"]! == id))) asked.Add(JsonNode.Parse(await servers.HearAsync(line => line.Contains("asked", StringComparison.Ordinal)))!);
        Assert.All(asked, one => Assert.Equal(name["messages/".Length..], (string)one["tag"]!));
        Assert.Equal(0, await wire.CountAsync());
        var told = (await application.HearAsync("m2m.message.outcome")).Where(one => (string)one["data"]!["message"]! != name).ToList();
        Assert.Equal(told.Count, told.Select(one => (string)one["data"]!["message"]!).Distinct().Count());
    }

    [SkippableFact]
    public async Task Multicast_AGatewayThatTheOperatorDoesNotName_NothingGoesToTheAddress()
    {
        using var wire = Listen(node.Group, node.GroupPort);
        var other = $"other-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/objects?objectId={other}", new { kind = "GATEWAY", characteristics = new { groupAddress = $"{node.Group}:{node.GroupPort}" } });
        var members = new[] { await MemberAsync(other), await MemberAsync(other) };
        await using var servers = await Programs.NodeAsync(
            "coap-members.js", "127.0.0.1", $"{node.Host.CoapPort}", node.Group, $"{node.GroupPort}", string.Join(',', members));
        await servers.HearAsync(line => line.Contains("ready", StringComparison.Ordinal));
        await node.Rest.PostAsync($"v1/groups?groupId=link-{other}", new { members = members.Select(id => $"objects/{id}") });

        var sent = await node.Rest.PostAsync("v1/messages", new { target = $"groups/link-{other}", mode = "MULTICAST", confirmation = "APPLIED", ttl = "600s", command = new { method = "PUT", path = "/led" } });
        var ended = await node.Rest.GetUntilAsync($"v1/{(string)sent["message"]!["name"]!}", message => (string?)message["state"] == "ENDED");

        Assert.Equal(2, (int)ended["memberOutcomes"]!["APPLIED"]!);
        for (var i = 0; i < 2; i++) Assert.Contains("\"alone\"", await servers.HearAsync(line => line.Contains("asked", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(0, await wire.CountAsync());
    }

    [Fact]
    [Requirement("4.3.a")]
    public async Task Anycast_TheFirstTakesItAndAnswersLate_ExactlyOneDoesIt()
    {
        var members = new[] { await MemberAsync(null), await MemberAsync(null) };
        var group = $"groups/any-{members[0]}";
        await node.Rest.PostAsync($"v1/groups?groupId={group["groups/".Length..]}", new { members = members.Select(id => $"objects/{id}") });
        var application = await Listener.SubscribeAsync(node, new { group });
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = 0;
        Participant[] participants = [.. members.Select(id => new Participant(() => Interlocked.Increment(ref asked) == 1 ? late.Task : Task.CompletedTask))];
        using var ends = new CancellationTokenSource();
        var serving = Task.WhenAll(members.Select((id, i) => ServeAsync(id, participants[i], ends.Token)));

        var sent = await node.Rest.PostAsync("v1/messages", new
        {
            target = group, mode = "ANYCAST", confirmation = "TRANSACTION", payload = "aGVsbG8=", contentType = "text/plain", ttl = "600s", campaign = new { memberWait = "5s" },
        });
        var name = (string)sent["message"]!["name"]!;
        var ended = await node.Rest.GetUntilAsync($"v1/{name}", message => (string?)message["state"] == "ENDED");
        Assert.Equal("APPLIED", (string)ended["outcome"]!);
        late.SetResult();
        await node.Rest.GetUntilAsync($"v1/{name}", message => (int?)message["memberOutcomes"]!["CANCELLED"] == 1);
        await ends.CancelAsync();
        await serving;

        Assert.Equal(1, participants.Sum(one => one.Said.Count(said => said == "commit")));
        Assert.Equal(["prepare", "rollback"], participants.Single(one => !one.Said.Contains("commit")).Said);
        Assert.Equal(["prepare", "commit"], participants.Single(one => one.Said.Contains("commit")).Said);
        Assert.Single(await application.HearAsync("m2m.message.outcome"), told => (string)told["data"]!["message"]! == name);
    }

    private async Task<string> MemberAsync(string? gateway)
    {
        var id = $"m-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/objects?objectId={id}", new { securityPolicy = new { plain = "FULL" }, gateway = gateway is null ? null : $"objects/{gateway}", characteristics = new { sleeping = false } });
        return id;
    }

    private async Task ServeAsync(string id, Participant participant, CancellationToken cancellationToken)
    {
        await using var device = new CoapDevice(
            new() { Name = id, Server = new(IPAddress.Loopback, node.Host.CoapPort), Transactions = participant, Journal = new MemoryTransactionJournal(), MailboxCheck = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        try
        {
            await device.ServeAsync((_, _) => new(DeviceResult.Refused("not a transaction")), cancellationToken);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static async Task RunClientAsync(params string[] arguments)
    {
        var (code, output, errors) = await Tool.RunAsync(Programs.CoapClient, arguments);
        Assert.True(code == 0 && !output.Contains("4.", StringComparison.Ordinal), output + errors);
    }

    private static async Task UntilServedAsync(int port)
    {
        for (var tries = 0; tries < 10; tries++)
        {
            var (_, output, _) = await Tool.RunAsync(Programs.CoapClient, "-B", "3", "-m", "get", $"coap://127.0.0.1:{port}/time");
            if (output.Length > 0) return;
        }

        Assert.Fail("libcoap's server does not answer");
    }

    private static Wire Listen(string group, int port) => new(group, port);

    /// <summary>Counts what goes to the group address.</summary>
    private sealed class Wire : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly IPEndPoint _group;

        public Wire(string group, int port)
        {
            _group = new(IPAddress.Parse(group), port);
            _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            _socket.Bind(_group);
            _socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(_group.Address, IPAddress.Loopback));
        }

        /// <summary>All that came before a datagram of its own, which goes after them.</summary>
        public async Task<int> CountAsync()
        {
            using var last = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
            last.Client.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.Loopback.GetAddressBytes());
            await last.SendAsync(new byte[] { 0 }, _group);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            var buffer = new byte[2048];
            for (var count = 0; ; count++)
            {
                if (await _socket.ReceiveAsync(buffer, patience.Token) == 1) return count;
            }
        }

        public async Task NextAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await _socket.ReceiveAsync(new byte[2048], patience.Token);
        }

        public void Dispose() => _socket.Dispose();
    }

    private sealed class Participant(Func<Task> prepares) : ITransactionParticipant
    {
        private readonly ConcurrentQueue<string> _said = new();

        public IReadOnlyList<string> Said => [.. _said];

        public async ValueTask<DeviceResult> PrepareAsync(DeviceMessage message, CancellationToken cancellationToken)
        {
            await prepares().WaitAsync(cancellationToken);
            return await Do("prepare");
        }

        public ValueTask<DeviceResult> CommitAsync(DeviceMessage message, CancellationToken cancellationToken) => Do("commit");

        public ValueTask<DeviceResult> RollbackAsync(DeviceMessage message, CancellationToken cancellationToken) => Do("rollback");

        private ValueTask<DeviceResult> Do(string verb)
        {
            _said.Enqueue(verb);
            return new(DeviceResult.Done);
        }
    }
}
