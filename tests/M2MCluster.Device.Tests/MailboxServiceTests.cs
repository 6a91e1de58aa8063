using M2MCluster.Device.Coap;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Device.Tests;

/// <summary>A device that serves its mailbox, and what the platform holds back or refuses.</summary>
public sealed class MailboxServiceTests : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private readonly LockstepServer _server = new();
    private readonly HashSet<ushort> _seen = [];

    [Fact]
    public async Task ServeAsync_MessageMayNotLeaveYet_WaitsAsLongAsItIsTold()
    {
        using var stop = new CancellationTokenSource();
        await using var device = _server.CreateDevice();
        var serving = device.ServeAsync((_, _) => ValueTask.FromResult(DeviceResult.Done), stop.Token);
        await AnswerAsync("/m2m/mailbox", CoapCode.Content, answer => List(answer, "</m2m/mailbox/0000000000000009>;pri=0"));
        var before = _server.Time.GetUtcNow();
        await AnswerAsync("/m2m/mailbox/0000000000000009", CoapCode.ServiceUnavailable, answer => answer.Options.Add(CoapOptionNumber.MaxAge, 60u));

        var next = ReceiveAsync();
        while (!next.IsCompleted)
        {
            _server.Time.Advance(Step);
            await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(1)));
        }

        Assert.Equal("/m2m/mailbox", (await next).Options.UriPath);
        Assert.True(_server.Time.GetUtcNow() - before >= TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task ServeAsync_MessageIsRefused_GoesOnWithTheOthers()
    {
        using var stop = new CancellationTokenSource();
        await using var device = _server.CreateDevice();
        var serving = device.ServeAsync((_, _) => ValueTask.FromResult(DeviceResult.Done), stop.Token);
        const string Both = "</m2m/mailbox/0000000000000009>;pri=5,</m2m/mailbox/000000000000000a>;pri=0";
        await AnswerAsync("/m2m/mailbox", CoapCode.Content, answer => List(answer, Both));
        await AnswerAsync("/m2m/mailbox/0000000000000009", CoapCode.RequestEntityTooLarge);

        // What is listed all the same is not tried again.
        var fetched = await ReceiveAsync();
        if (fetched.Options.UriPath == "/m2m/mailbox")
        {
            _server.Answer(fetched, CoapCode.Content, answer => answer.Payload = global::System.Text.Encoding.UTF8.GetBytes(Both));
            fetched = await ReceiveAsync();
        }

        Assert.Equal("/m2m/mailbox/000000000000000a", fetched.Options.UriPath);
        await stop.CancelAsync();
        await serving;
    }

    public void Dispose() => _server.Dispose();

    private static void List(CoapMessage answer, string links)
    {
        answer.Options.Add(CoapOptionNumber.Observe, 1u);
        answer.Payload = global::System.Text.Encoding.UTF8.GetBytes(links);
    }

    private async Task AnswerAsync(string path, CoapCode code, Action<CoapMessage>? more = null)
    {
        var request = await ReceiveAsync();
        Assert.Equal(path, request.Options.UriPath);
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
