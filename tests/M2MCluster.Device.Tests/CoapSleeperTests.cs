using System.Globalization;
using System.Text;
using System.Threading.Channels;
using M2MCluster.Device.Coap;
using M2MCluster.Device.Fleet;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.Device.Tests;

public sealed class CoapSleeperTests : IFleetWatcher, IDisposable
{
    private static readonly SleepPlan Plan = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30), Rebinds: true);

    private readonly LockstepServer _server = new();
    private readonly Channel<string> _told = Channel.CreateUnbounded<string>();
    private readonly HashSet<ushort> _seen = [];
    private readonly List<DateTimeOffset> _samplings = [];
    private DateTimeOffset _asleepUntil;

    [Fact]
    public async Task RunAsync_OneDayOfAGateway_ReportsForAllFetchesForAllAndSleeps()
    {
        using var stop = new CancellationTokenSource();
        await using var sleeper = new CoapSleeper(new CoapDeviceOptions { Name = "gw", Server = _server.EndPoint }, ["valve"], Plan, Read, this, _server.Time) { FirstSequence = 7 };
        var running = sleeper.RunAsync(stop.Token);

        await AnswerAsync("/rd", null, CoapCode.Created, answer => answer.Options.AddPath("/rd/x", CoapOptionNumber.LocationPath));
        await AnswerAsync("/m2m/reports", null, CoapCode.Changed);
        await AnswerAsync("/m2m/reports", "valve", CoapCode.Changed);
        await AnswerAsync("/m2m/mailbox", null, CoapCode.Content, answer => answer.Options.Add(CoapOptionNumber.Observe, 1u));
        await AnswerAsync("/m2m/mailbox/next", null, CoapCode.NotFound);
        await AnswerAsync("/m2m/mailbox/next", "valve", CoapCode.Content, answer => answer.Options.Add(CoapOptionNumber.ETag, new byte[] { 0, 0, 0, 0, 0, 0, 0, 9 }));
        await AnswerAsync("/m2m/mailbox/0000000000000009", "valve", CoapCode.Changed);
        await AnswerAsync("/m2m/mailbox/next", "valve", CoapCode.NotFound);

        // The observation's first answer was news as well.
        await AnswerAsync("/m2m/mailbox/next", null, CoapCode.NotFound);
        await AnswerAsync("/m2m/mailbox/next", "valve", CoapCode.NotFound);

        _server.Time.Advance(Plan.Awake);
        await AnswerAsync("/m2m/mailbox", null, CoapCode.Content);
        var told = new List<string>();
        while (!told.Contains("valve asleep"))
        {
            if (_told.Reader.TryRead(out var line)) told.Add(line);
            await Task.Yield();
        }

        Assert.Equal(["gw woke", "gw sent 7", "gw stored 7", "valve sent 7", "valve stored 7", "valve got 0000000000000009", "gw asleep", "valve asleep"], told);

        var before = _server.Peer;
        var woken = ReceiveAsync();
        while (!woken.IsCompleted)
        {
            _server.Time.Advance(Plan.Asleep);
            await Task.Yield();
        }

        Assert.Equal("/rd/x", (await woken).Options.UriPath);
        Assert.NotEqual(before, _server.Peer);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task RunAsync_ToldItsPhase_SleepsUntilThen()
    {
        using var stop = new CancellationTokenSource();
        var plan = Plan with { IsTold = true };
        var clock = new EarlyTimers(_server.Time, TimeSpan.FromMilliseconds(4));
        await using var sleeper = new CoapSleeper(new CoapDeviceOptions { Name = "gw", Server = _server.EndPoint }, [], plan, Read, this, clock);
        var running = sleeper.RunAsync(stop.Token);

        await AnswerAsync("/rd", null, CoapCode.Created, answer => answer.Options.AddPath("/rd/x", CoapOptionNumber.LocationPath));
        await AnswerAsync("/m2m/config", null, CoapCode.Content, answer => answer.Payload = """{"reportPeriod":3600,"reportPhase":1234}"""u8.ToArray());
        await AnswerAsync("/m2m/reports", null, CoapCode.Changed);
        await AnswerAsync("/m2m/mailbox", null, CoapCode.Content, answer => answer.Options.Add(CoapOptionNumber.Observe, 1u));
        await AnswerAsync("/m2m/mailbox/next", null, CoapCode.NotFound);
        await AnswerAsync("/m2m/mailbox/next", null, CoapCode.NotFound);
        _server.Time.Advance(Plan.Awake);
        await AnswerAsync("/m2m/mailbox", null, CoapCode.Content);
        while (!(_told.Reader.TryRead(out var line) && line == "gw asleep")) await Task.Yield();

        Assert.Equal(1234, _asleepUntil.ToUnixTimeSeconds() % 3600);
        var asleep = _asleepUntil - _server.Time.GetUtcNow();
        Assert.InRange(asleep, TimeSpan.Zero, TimeSpan.FromHours(1));

        while (clock.Asked < asleep) await Task.Yield();
        _server.Time.Advance(asleep - TimeSpan.FromMilliseconds(1));
        while (clock.Asked >= asleep && !_told.Reader.TryPeek(out _)) await Task.Yield();
        Assert.False(_told.Reader.TryPeek(out var early), early);

        _server.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("gw woke", await _told.Reader.ReadAsync());
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task RunAsync_ToldAnInstantOfAll_SamplesThenByThePlatformsClockAndReportsLater()
    {
        using var stop = new CancellationTokenSource();
        var own = new DriftingClock(_server.Time, TimeSpan.FromSeconds(-100), 0);
        var plan = Plan with { IsTold = true, Rebinds = false };
        await using var sleeper = new CoapSleeper(new CoapDeviceOptions { Name = "gw", Server = _server.EndPoint }, [], plan, Sample, this, own);
        var running = sleeper.RunAsync(stop.Token);

        await AnswerAsync("/rd", null, CoapCode.Created, answer => answer.Options.AddPath("/rd/x", CoapOptionNumber.LocationPath));
        await AnswerAsync("/m2m/config", null, CoapCode.Content, answer => answer.Payload = """{"reportPeriod":60,"reportPhase":50.5,"samplePhase":34.5}"""u8.ToArray());
        await AnswerAsync("/m2m/reports", null, CoapCode.Changed);
        await AnswerAsync("/m2m/mailbox", null, CoapCode.Content, answer => answer.Options.Add(CoapOptionNumber.Observe, 1u));
        await AnswerAsync("/m2m/mailbox/next", null, CoapCode.NotFound);
        await AnswerAsync("/m2m/mailbox/next", null, CoapCode.NotFound);
        _server.Time.Advance(Plan.Awake);
        await AnswerAsync("/m2m/mailbox", null, CoapCode.Content);
        for (var i = 0; i < 4; i++) await AnswerAsync("/m2m/time", null, CoapCode.Content, answer => answer.Payload = Encoding.ASCII.GetBytes(_server.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)));

        var woken = ReceiveAsync();
        while (!woken.IsCompleted)
        {
            _server.Time.Advance(TimeSpan.FromMilliseconds(200));
            await Task.WhenAny(woken, Task.Delay(TimeSpan.FromMilliseconds(1)));
        }

        var reported = _server.Time.GetUtcNow();
        _server.Answer(await woken, CoapCode.Changed);
        await AnswerAsync("/m2m/config", null, CoapCode.Content, answer => answer.Payload = "{}"u8.ToArray());
        var report = await ReceiveAsync();
        var record = Assert.Single(SenmlCbor.Read(report.Payload).Value!);
        var instant = DateTimeOffset.UnixEpoch.AddSeconds(record.BaseTime!.Value);
        Assert.Equal(34.5, record.BaseTime!.Value % 60, 6);
        Assert.True(_samplings.Skip(1).Single() >= instant);
        Assert.True(reported >= instant.AddSeconds(16));
        await stop.CancelAsync();
        await running;

        SenmlRecord[] Sample(string objectId, long sequence)
        {
            lock (_samplings) _samplings.Add(_server.Time.GetUtcNow());
            return Read(objectId, sequence);
        }
    }

    [Fact]
    public async Task RunAsync_MessageMayNotLeaveYet_FetchesItAgainWhileItIsAwake()
    {
        using var stop = new CancellationTokenSource();
        var plan = Plan with { Awake = TimeSpan.FromDays(1) };
        await using var sleeper = new CoapSleeper(new CoapDeviceOptions { Name = "gw", Server = _server.EndPoint }, [], plan, Read, this, _server.Time);
        var running = sleeper.RunAsync(stop.Token);
        await AnswerAsync("/rd", null, CoapCode.Created, answer => answer.Options.AddPath("/rd/x", CoapOptionNumber.LocationPath));
        await AnswerAsync("/m2m/reports", null, CoapCode.Changed);
        await AnswerAsync("/m2m/mailbox", null, CoapCode.Content, answer => answer.Options.Add(CoapOptionNumber.Observe, 1u));
        var before = _server.Time.GetUtcNow();
        await AnswerAsync("/m2m/mailbox/next", null, CoapCode.ServiceUnavailable, answer => answer.Options.Add(CoapOptionNumber.MaxAge, 60u));

        var again = ReceiveAsync();
        while (!again.IsCompleted)
        {
            // Not so fast that the window is over before the device has seen the answer.
            _server.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(again, Task.Delay(TimeSpan.FromMilliseconds(1)));
        }

        Assert.Equal("/m2m/mailbox/next", (await again).Options.UriPath);
        Assert.True(_server.Time.GetUtcNow() - before >= TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await running;
    }

    void IFleetWatcher.ReportSent(string objectId, long sequence) => Tell($"{objectId} sent {sequence}");

    void IFleetWatcher.ReportStored(string objectId, long sequence) => Tell($"{objectId} stored {sequence}");

    void IFleetWatcher.Woke(string objectId) => Tell($"{objectId} woke");

    void IFleetWatcher.FellAsleep(string objectId, DateTimeOffset until)
    {
        _asleepUntil = until;
        Tell($"{objectId} asleep");
    }

    void IFleetWatcher.MessageReceived(string objectId, DeviceMessage message) => Tell($"{objectId} got {message.Id}");

    void IFleetWatcher.WentWrong(string objectId, string what) => Tell(what);

    public void Dispose() => _server.Dispose();

    private static SenmlRecord[] Read(string objectId, long sequence) => [new() { Name = "seq", Value = sequence }];

    private void Tell(string line) => _told.Writer.TryWrite(line);

    private async Task AnswerAsync(string path, string? child, CoapCode code, Action<CoapMessage>? more = null)
    {
        var request = await ReceiveAsync();
        Assert.Equal(path, request.Options.UriPath);
        Assert.Equal(child, request.Options.GetQuery("for"u8));
        _server.Answer(request, code, more);
    }

    // The clock is moved while an answer may still be on its way to the device, which then retransmits what was answered.
    private async Task<CoapMessage> ReceiveAsync()
    {
        while (true)
        {
            var request = await _server.ReceiveAsync();
            if (_seen.Add(request.MessageId)) return request;
        }
    }
}
