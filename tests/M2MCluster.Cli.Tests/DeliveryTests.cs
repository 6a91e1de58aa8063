using System.Net;
using M2MCluster.Device;
using M2MCluster.Device.Coap;
using M2MCluster.Device.Transactions;
using M2MCluster.Testing.Processes;

namespace M2MCluster.Cli.Tests;

/// <summary>How messages go and end, as the commands show it: processes against a real node.</summary>
public sealed class DeliveryTests(NodeFixture node) : IClassFixture<NodeFixture>
{
    [Fact]
    public async Task Path_ShowsTheWaysThatAreOpen_AndHowEachPreferenceWouldChoose()
    {
        await CreateAsync("way-1");
        var (code, none, errors) = await node.ProcessAsync("path", "way-1");
        Assert.True(code == 0, errors);
        Assert.Contains("No way is open now", none, StringComparison.Ordinal);

        await using var device = Device("way-1", links: "</led>");
        await device.RegisterAsync();
        var (_, ways, _) = await node.ProcessAsync("path", "way-1", "--bytes", "2000");
        foreach (var preference in new[] { "Balanced", "Cheapest", "Fastest", "MostReliable" }) Assert.Contains(preference, ways, StringComparison.Ordinal);
        Assert.Equal(4, ways.Split('\n').Count(line => line.Contains("* Coap: cost 0", StringComparison.Ordinal) && line.Contains("the only way", StringComparison.Ordinal)));
        Assert.NotEqual(0, (await node.ProcessAsync("path", "nobody")).Code);
    }

    [Fact]
    public async Task Explain_TellsOfAnAttemptAndItsEnd()
    {
        await CreateAsync("told-1");
        await using var device = Device("told-1", links: "</led>");
        await device.RegisterAsync();
        var (code, sent, errors) = await node.ProcessAsync("send", "told-1", "--text", "1", "--command", "PUT", "/led", "--confirmation", "Applied", "--prefer", "Cheapest", "--wait");
        Assert.True(code == 0, sent + errors);
        var (_, why, _) = await node.ProcessAsync("explain", IdIn(sent));
        Assert.Contains("Ended APPLIED", why, StringComparison.Ordinal);
        Assert.Contains("Coap: Answered at", why, StringComparison.Ordinal);
        Assert.Contains("* Coap: cost", why, StringComparison.Ordinal);
        Assert.Contains("pushed over COAP", why, StringComparison.Ordinal);
        Assert.NotEqual(0, (await node.ProcessAsync("explain", "0123456789abcdef")).Code);
    }

    [Theory]
    [InlineData(true, 0, "Applied")]
    [InlineData(false, 3, "Rejected")]
    public async Task Send_Transaction_IsCarriedOutByAllOrByNone(bool promises, int code, string outcome)
    {
        var prefix = $"in-{Guid.NewGuid():n}"[..10];
        var devices = new List<CoapDevice>();
        var done = new List<string>();
        for (var i = 1; i <= 2; i++)
        {
            await CreateAsync($"{prefix}-{i}");
            var device = Device($"{prefix}-{i}", links: "</valve>", participant: new Participant($"{prefix}-{i}", promises || i == 1, done));
            devices.Add(device);
            await device.RegisterAsync();
        }

        Assert.Equal(0, await node.RunAsync("group", "create", prefix, $"{prefix}-1", $"{prefix}-2"));
        var (ended, sent, errors) = await node.ProcessAsync("send", $"groups/{prefix}", "--text", "1", "--command", "PUT", "/valve", "--confirmation", "Transaction", "--ttl", "60s", "--wait");
        Assert.True(ended == code, sent + errors);
        Assert.Contains($"{outcome} at", sent, StringComparison.Ordinal);
        var (_, why, _) = await node.ProcessAsync("explain", IdIn(sent));
        Assert.Contains("transaction: ", why, StringComparison.Ordinal);
        Assert.Contains($"objects/{prefix}-2  {outcome}", why, StringComparison.Ordinal);
        foreach (var device in devices) await device.DisposeAsync();
        if (promises) Assert.Equal([$"{prefix}-1 commits", $"{prefix}-2 commits"], done.Order());
        // Whoever was asked before the other refused rolls back; who was not has nothing to.
        else Assert.True(done is [] || done.SequenceEqual([$"{prefix}-1 rolls back"]), string.Join(", ", done));
    }

    [Fact]
    public async Task Campaign_IsPausedResumedAndFollowed_AndItsOutcomesAreShown()
    {
        string[] members = [.. Enumerable.Range(1, 6).Select(i => $"member-{i}")];
        foreach (var member in members) await CreateAsync(member);
        Assert.Equal(0, await node.RunAsync(["group", "create", "street", .. members]));
        // One a second: there is time to pause it, though not to start another process on a busy machine.
        var (code, started, errors) = await node.ProcessAsync("campaign", "start", "street", "--text", "hello", "--confirmation", "Applied", "--rate", "1");
        Assert.True(code == 0, errors);
        var id = IdIn(started);
        Assert.Equal(0, await node.RunAsync("campaign", "pause", id));
        Assert.Equal("PAUSED", (string?)(await node.Host.Rest.GetAsync($"v1/messages/{id}"))["campaign"]!["phase"]);
        var (_, resumed, _) = await node.ProcessAsync("campaign", "resume", id);
        Assert.Contains("RUNNING", resumed, StringComparison.Ordinal);
        await using var outcomes = Tool.Start("dotnet", [typeof(CommandTree).Assembly.Location, "campaign", "outcomes", id, .. node.Server]);
        var following = node.ProcessAsync("campaign", "follow", id);
        foreach (var member in members) await ServeOneAsync(member);

        foreach (var member in members) await outcomes.HearAsync(line => line.Contains(member, StringComparison.Ordinal) && line.Contains("APPLIED", StringComparison.Ordinal));
        var (followed, lines, _) = await following;
        Assert.Equal(0, followed);
        Assert.Contains("APPLIED", lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], StringComparison.Ordinal);

        var (_, second, _) = await node.ProcessAsync("campaign", "start", "street", "--text", "hello", "--rate", "1");
        var (aborted, told, _) = await node.ProcessAsync("campaign", "abort", IdIn(second));
        Assert.Equal(0, aborted);
        Assert.Contains(IdIn(second), told, StringComparison.Ordinal);
        Assert.Equal(3, (await node.ProcessAsync("campaign", "follow", IdIn(second))).Code);
    }

    [Fact]
    public async Task Answer_IsTheDeviceOfAnObject_AndSaysWhatIsTyped()
    {
        await CreateAsync("by-hand");
        await using var device = Tool.Start("dotnet", typeof(CommandTree).Assembly.Location, "answer", "by-hand", "--coap", $"127.0.0.1:{node.Host.CoapPort}", "--links", "</door>");
        await device.HearAsync(line => line.StartsWith("by-hand is here", StringComparison.Ordinal));
        var opening = node.ProcessAsync("send", "by-hand", "--text", "open", "--command", "PUT", "/door", "--confirmation", "Applied", "--wait");
        await device.HearAsync(line => line == "PUT /door: open");
        await device.SayAsync("perhaps");
        await device.HearAsync(line => line.StartsWith("ok or error", StringComparison.Ordinal));
        await device.SayAsync("ok it is open");
        var (code, output, errors) = await opening;
        Assert.True(code == 0, output + errors);
        Assert.Contains("it is open", output, StringComparison.Ordinal);

        var asking = node.ProcessAsync("send", "by-hand", "--text", "and now?", "--confirmation", "Applied", "--wait");
        await device.HearAsync(line => line.StartsWith("message ", StringComparison.Ordinal) && line.EndsWith(": and now?", StringComparison.Ordinal));
        await device.SayAsync("error no");
        (code, output, _) = await asking;
        Assert.Equal(3, code);
        Assert.Contains("Rejected", output, StringComparison.Ordinal);
    }

    private async Task CreateAsync(string id) => Assert.Equal(0, await node.RunAsync("object", "create", id, "--plain", "Full"));

    private async Task ServeOneAsync(string id)
    {
        await using var device = Device(id);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await device.DrainAsync((_, _) => new(DeviceResult.Done)) == 0) await poll.WaitForNextTickAsync(patience.Token);
    }

    private static string IdIn(string output) => output.Split('\n')[0].Trim()["messages/".Length..];

    private CoapDevice Device(string id, string links = "", ITransactionParticipant? participant = null) => new(
        new()
        {
            Name = id, Server = new(IPAddress.Loopback, node.Host.CoapPort), Links = links, Transactions = participant,
            Commands = links.Length == 0 ? null : (_, _) => new(DeviceResult.Done),
        },
        TimeProvider.System);

    private sealed class Participant(string name, bool promises, List<string> done) : ITransactionParticipant
    {
        public ValueTask<DeviceResult> PrepareAsync(DeviceMessage message, CancellationToken cancellationToken) => new(new DeviceResult(promises));

        public ValueTask<DeviceResult> CommitAsync(DeviceMessage message, CancellationToken cancellationToken) => Note("commits");

        public ValueTask<DeviceResult> RollbackAsync(DeviceMessage message, CancellationToken cancellationToken) => Note("rolls back");

        private ValueTask<DeviceResult> Note(string what)
        {
            lock (done) done.Add($"{name} {what}");
            return new(DeviceResult.Done);
        }
    }
}
