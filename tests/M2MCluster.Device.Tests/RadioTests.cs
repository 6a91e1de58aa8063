using System.Collections.Concurrent;
using System.Text;
using M2MCluster.Device.Coap;
using M2MCluster.Protocols.Coap;
using M2MCluster.Testing;

namespace M2MCluster.Device.Tests;

/// <summary>When the radio is on, when it is silent, and who hears of it.</summary>
public sealed class RadioTests : IDisposable
{
    private static readonly TimeSpan RetransmissionDue = TimeSpan.FromSeconds(3.1);

    private readonly LockstepServer _server = new();
    private readonly ConcurrentQueue<RadioActivity> _activity = new();

    public void Dispose() => _server.Dispose();

    private CoapDevice CreateDevice() => new(new() { Name = "meter-1", Server = _server.EndPoint, Radio = _activity.Enqueue }, _server.Time);

    private static DeviceReport Report(string id) => new(id, "text/plain", Encoding.UTF8.GetBytes("21.5"));

    [Fact]
    [Requirement("4.22.a")]
    public async Task Radio_EachTransmission_IsToldAroundItAsTheOtherEndSawIt()
    {
        await using var device = CreateDevice();
        var reporting = device.ReportAsync(Report("a"));
        var seen = new List<int> { Size(await _server.ReceiveAsync()) };
        var again = await _server.ReceiveLaterAsync(RetransmissionDue);
        seen.Add(Size(again));
        _server.Answer(again, CoapCode.Changed);
        await reporting;

        var sent = _activity.Where(told => told.Event is RadioEvent.TransmissionBegins or RadioEvent.TransmissionEnded).ToList();
        Assert.Equal(seen.SelectMany(size => new[] { (RadioEvent.TransmissionBegins, size), (RadioEvent.TransmissionEnded, size) }), sent.Select(told => (told.Event, told.Bytes)));
        Assert.Equal(RetransmissionDue, sent[2].At - sent[0].At);
        Assert.Single(_activity, told => told.Event == RadioEvent.Received);
    }

    [Fact]
    public async Task Suspend_WithTrafficThatWaits_NoFrameLeavesUntilResume()
    {
        await using var device = CreateDevice();
        var suspending = device.SuspendAsync(TimeSpan.FromHours(1));
        var request = await _server.ReceiveAsync();
        Assert.Equal("3600", request.Options.GetQuery("suspend"u8));
        // It would tell the platform that the device is back.
        var reporting = device.ReportAsync(Report("a"));
        _server.Answer(request, CoapCode.Changed);
        await suspending;
        var late = device.ReportAsync(Report("b"));
        for (var i = 0; i < 100; i++) _server.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.True(device.IsSuspended && !reporting.IsCompleted && !late.IsCompleted);
        Assert.Single(_activity, told => told.Event == RadioEvent.TransmissionBegins);
        Assert.False(_server.HasReceived);
        // The clock stands still from here on: nothing is a retransmission.
        var resuming = device.ResumeAsync();
        var paths = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var next = await _server.ReceiveAsync();
            _server.Answer(next, CoapCode.Changed);
            paths.Add(next.Options.UriPath);
        }

        Assert.Equal(["/m2m/radio", "/m2m/reports", "/m2m/reports"], paths.Order());
        await Task.WhenAll(resuming, reporting, late);
    }

    [Fact]
    [Requirement("4.15.c")]
    public async Task RareUser_ADayOfHourlyReports_HasItsRadioOnForItsExchangesOnly()
    {
        var roundTrip = TimeSpan.FromSeconds(1);
        await using var rare = CreateDevice();
        await using var persistent = CreateDevice();
        for (var hour = 0; hour < 24; hour++)
        {
            var reporting = rare.ReportAndSleepAsync(Report($"r{hour}"), (_, _) => new(DeviceResult.Done));
            var request = await _server.ReceiveAsync();
            Assert.Contains(Queries(request), query => query == "more");
            _server.Time.Advance(roundTrip);
            _server.Answer(request, CoapCode.Changed, answer => answer.Options.Add(CoapOptionNumber.Waiting, 0u));
            Assert.Equal(0, await reporting);
            Assert.True(rare.IsAsleep);

            var other = persistent.ReportAsync(Report($"p{hour}"));
            _server.Answer(await _server.ReceiveAsync(), CoapCode.Changed);
            await other;
            _server.Time.Advance(TimeSpan.FromHours(1) - roundTrip);
        }

        Assert.Equal((24 * roundTrip, TimeSpan.FromHours(24)), (rare.RadioOnTime, persistent.RadioOnTime));
    }

    private static int Size(CoapMessage message) => CoapEncoder.Encode(message).Length;

    private static IEnumerable<string> Queries(CoapMessage message) =>
        Enumerable.Range(0, message.Options.Count).Where(i => message.Options[i].Number == CoapOptionNumber.UriQuery).Select(i => message.Options[i].GetString());
}
