using System.Text;
using M2MCluster.Device.Coap;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Device.Tests;

public sealed class CoapDeviceTests : IDisposable
{
    private static readonly TimeSpan RetransmissionDue = TimeSpan.FromSeconds(3.1);

    private readonly LockstepServer _server = new();

    public void Dispose() => _server.Dispose();

    private static DeviceReport Report(string id, string text) => new(id, "text/plain", Encoding.UTF8.GetBytes(text));

    [Fact]
    public async Task ReportAsync_Answered_NamesObjectAndReport()
    {
        await using var device = _server.CreateDevice();
        var reporting = device.ReportAsync(Report("abc12345", "21.5"));

        var request = await _server.ReceiveAsync();
        Assert.Equal(CoapType.Confirmable, request.Type);
        Assert.Equal(CoapCode.Post, request.Code);
        Assert.Equal("/m2m/reports", request.Options.UriPath);
        Assert.Equal("meter-1", request.Options.GetQuery("ep"u8));
        Assert.Equal("abc12345", request.Options.GetQuery("id"u8));
        Assert.Equal(CoapContentFormat.TextPlain, request.Options.ContentFormat);
        Assert.False(reporting.IsCompleted);

        _server.Answer(request, CoapCode.Changed);
        await reporting;
    }

    [Fact]
    public async Task ReportAsync_AnswerLost_SendsTheSameDatagramAgain()
    {
        await using var device = _server.CreateDevice();
        var reporting = device.ReportAsync(Report("abc12345", "21.5"));

        var first = await _server.ReceiveAsync();
        var second = await _server.ReceiveLaterAsync(RetransmissionDue);
        Assert.Equal(CoapEncoder.Encode(first), CoapEncoder.Encode(second));

        _server.Answer(second, CoapCode.Changed);
        await reporting;
    }

    [Fact]
    public async Task ReportAsync_SeparateAnswerBeforeItsAcknowledgement_IsAcknowledgedAndTaken()
    {
        await using var device = _server.CreateDevice();
        var reporting = device.ReportAsync(Report("abc12345", "21.5"));

        var request = await _server.ReceiveAsync();
        var late = new CoapMessage(CoapCode.Changed) { Type = CoapType.Confirmable, MessageId = 77, Token = request.Token };
        _server.Send(late);
        var acknowledgement = await _server.ReceiveAsync();
        Assert.Equal(CoapType.Acknowledgement, acknowledgement.Type);
        Assert.Equal(77, acknowledgement.MessageId);
        await reporting;

        _server.Send(late);
        Assert.Equal(77, (await _server.ReceiveAsync()).MessageId);
    }

    [Fact]
    public async Task ReportAsync_NeverAnswered_FailsAsTransient()
    {
        await using var device = _server.CreateDevice();
        var reporting = device.ReportAsync(Report("abc12345", "21.5"));
        await _server.ReceiveAsync();
        while (!reporting.IsCompleted)
        {
            _server.Time.Advance(TimeSpan.FromSeconds(50));
            await Task.Yield();
        }

        var failure = await Assert.ThrowsAsync<DeviceException>(() => reporting);
        Assert.Equal(DeviceFailure.NoAnswer, failure.Failure);
        Assert.True(failure.IsTransient);
    }

    [Fact]
    public async Task ReportAsync_Overload_TellsWhenToRetry()
    {
        await using var device = _server.CreateDevice();
        var reporting = device.ReportAsync(Report("abc12345", "21.5"));
        _server.Answer(await _server.ReceiveAsync(), CoapCode.ServiceUnavailable, answer => answer.Options.Add(CoapOptionNumber.MaxAge, 7));
        var failure = await Assert.ThrowsAsync<DeviceException>(() => reporting);
        Assert.Equal(DeviceFailure.Busy, failure.Failure);
        Assert.Equal(TimeSpan.FromSeconds(7), failure.RetryAfter);
    }

    [Fact]
    public async Task ReportAsync_EchoAskedFor_RepeatsWithEcho()
    {
        await using var device = _server.CreateDevice();
        var reporting = device.ReportAsync(Report("abc12345", "21.5"));
        _server.Answer(await _server.ReceiveAsync(), CoapCode.Unauthorized, answer => answer.Options.Add(CoapOptionNumber.Echo, new byte[] { 1, 2, 3 }));

        var again = await _server.ReceiveAsync();
        Assert.True(again.Options.TryGet(CoapOptionNumber.Echo, out var echo));
        Assert.Equal([1, 2, 3], echo.ToArray());
        _server.Answer(again, CoapCode.Changed);
        await reporting;
    }

    [Fact]
    public async Task ReportAsync_LargeBody_GoesInBlocksOfTheSizeTheServerWants()
    {
        var text = string.Concat(Enumerable.Range(0, 60).Select(i => $"{i:000},"));
        await using var device = _server.CreateDevice(blockSize: 64);
        var reporting = device.ReportAsync(Report("abc12345", text));

        var body = new StringBuilder();
        while (true)
        {
            var request = await _server.ReceiveAsync();
            var block = request.Options.Block1!.Value;
            Assert.Equal(body.Length, block.Offset);
            body.Append(LockstepServer.Text(request));
            var smaller = block with { SizeExponent = 1 };
            _server.Answer(request, block.More ? CoapCode.Continue : CoapCode.Changed, answer => answer.Options.Add(CoapOptionNumber.Block1, smaller.Encode()));
            if (!block.More) break;
        }

        await reporting;
        Assert.Equal(text, body.ToString());
    }

    [Fact]
    public async Task FetchNextAsync_BodyInBlocks_PutsItTogether()
    {
        var body = Encoding.UTF8.GetBytes(new string('x', 100));
        await using var device = _server.CreateDevice();
        var fetching = device.FetchNextAsync("child-1");
        for (var more = true; more;)
        {
            var request = await _server.ReceiveAsync();
            Assert.Equal("child-1", request.Options.GetQuery("for"u8));
            var number = request.Options.Block2?.Number ?? 0;
            more = number == 0;
            _server.Answer(request, CoapCode.Content, answer =>
            {
                answer.Options.Add(CoapOptionNumber.ETag, new byte[] { 0, 1, 2, 3, 4, 5, 6, 0xAF });
                answer.Options.Add(CoapOptionNumber.ContentFormat, CoapContentFormat.TextPlain);
                answer.Options.Add(CoapOptionNumber.Block2, new CoapBlock(number, number == 0, 2).Encode());
                answer.Payload = number == 0 ? body.AsMemory(0, 64) : body.AsMemory(64);
            });
        }

        var message = await fetching;
        Assert.Equal("00010203040506af", message!.Id);
        Assert.Equal("text/plain", message.ContentType);
        Assert.Equal(body, message.Payload.ToArray());
    }

    [Fact]
    public async Task DrainAsync_ResultUnanswered_HandlesTheMessageOnceAndRepeatsTheResult()
    {
        var handled = 0;
        await using var device = _server.CreateDevice();
        for (var round = 0; round < 2; round++)
        {
            var draining = device.DrainAsync((_, _) =>
            {
                handled++;
                return ValueTask.FromResult(DeviceResult.Done);
            });
            var fetch = await _server.ReceiveAsync();
            _server.Answer(fetch, CoapCode.Content, answer => answer.Options.Add(CoapOptionNumber.ETag, new byte[] { 0, 0, 0, 0, 0, 0, 0, 9 }));
            var result = await _server.ReceiveAsync();
            Assert.Equal("/m2m/mailbox/0000000000000009", result.Options.UriPath);
            Assert.Equal("ok", result.Options.GetQuery("result"u8));
            if (round == 0)
            {
                _server.Answer(result, CoapCode.ServiceUnavailable);
                await Assert.ThrowsAsync<DeviceException>(() => draining);
                continue;
            }

            _server.Answer(result, CoapCode.Changed);
            _server.Answer(await _server.ReceiveAsync(), CoapCode.NotFound);
            Assert.Equal(1, await draining);
        }

        Assert.Equal(1, handled);
    }

    [Fact]
    public async Task UpdateAsync_RegistrationForgotten_RegistersAnew()
    {
        await using var device = _server.CreateDevice();
        var registering = device.RegisterAsync();
        var request = await _server.ReceiveAsync();
        Assert.Equal("90000", request.Options.GetQuery("lt"u8));
        _server.Answer(request, CoapCode.Created, answer => answer.Options.AddPath("/rd/xyz", CoapOptionNumber.LocationPath));
        await registering;

        var updating = device.UpdateAsync();
        var update = await _server.ReceiveAsync();
        Assert.Equal("/rd/xyz", update.Options.UriPath);
        _server.Answer(update, CoapCode.NotFound);
        var again = await _server.ReceiveAsync();
        Assert.Equal("/rd", again.Options.UriPath);
        _server.Answer(again, CoapCode.Created, answer => answer.Options.AddPath("/rd/new", CoapOptionNumber.LocationPath));
        await updating;
    }

    [Fact]
    public async Task RebindAsync_RequestUnderWay_IsRetransmittedFromTheNewPort()
    {
        await using var device = _server.CreateDevice();
        var reporting = device.ReportAsync(Report("abc12345", "21.5"));
        var first = await _server.ReceiveAsync();
        var before = _server.Peer;

        await device.RebindAsync();
        var second = await _server.ReceiveLaterAsync(RetransmissionDue);
        Assert.Equal(first.MessageId, second.MessageId);
        Assert.NotEqual(before, _server.Peer);
        _server.Answer(second, CoapCode.Changed);
        await reporting;
    }

    [Fact]
    public async Task Sleep_AnswerMeanwhile_IsNotHeard()
    {
        await using var device = _server.CreateDevice();
        var reporting = device.ReportAsync(Report("abc12345", "21.5"));
        var request = await _server.ReceiveAsync();
        device.Sleep();
        _server.Answer(request, CoapCode.Changed);
        while (device.Link.Dropped == 0) await Task.Yield();
        Assert.False(reporting.IsCompleted);

        device.Wake();
        _server.Answer(await _server.ReceiveLaterAsync(RetransmissionDue), CoapCode.Changed);
        await reporting;
    }

    [Fact]
    public async Task Commands_Duplicate_AreAnsweredFromMemory()
    {
        var served = 0;
        await using var device = _server.CreateDevice((command, _) =>
        {
            served++;
            return ValueTask.FromResult<DeviceResult?>(command.Path == "/led?on=1" ? DeviceResult.Done : null);
        });
        var registering = device.RegisterAsync();
        var registration = await _server.ReceiveAsync();
        Assert.Equal("</led>", LockstepServer.Text(registration));
        _server.Answer(registration, CoapCode.Created);
        await registering;

        var command = new CoapMessage(CoapCode.Put) { Type = CoapType.Confirmable, MessageId = 500, Token = CoapToken.OfNumber(7) };
        command.Options.AddPath("/led");
        command.Options.AddQuery("on", "1");
        for (var i = 0; i < 2; i++)
        {
            _server.Send(command);
            var answer = await _server.ReceiveAsync();
            Assert.Equal(CoapCode.Changed, answer.Code);
            Assert.Equal(500, answer.MessageId);
        }

        Assert.Equal(1, served);
    }

    [Fact]
    public async Task Commands_SlowHandler_PromisesAndAnswersSeparately()
    {
        var ready = new TaskCompletionSource<DeviceResult?>();
        await using var device = _server.CreateDevice((_, _) => new ValueTask<DeviceResult?>(ready.Task));
        var registering = device.RegisterAsync();
        _server.Answer(await _server.ReceiveAsync(), CoapCode.Created);
        await registering;

        _server.Send(new CoapMessage(CoapCode.Get) { Type = CoapType.Confirmable, MessageId = 501, Token = CoapToken.OfNumber(8) });
        while (!_server.HasReceived)
        {
            _server.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        var promise = await _server.ReceiveAsync();
        Assert.True(promise.Code.IsEmpty);
        ready.SetResult(new DeviceResult(true, "text/plain", "on"u8.ToArray()));
        var answer = await _server.ReceiveAsync();
        Assert.Equal(CoapType.Confirmable, answer.Type);
        Assert.Equal(CoapToken.OfNumber(8), answer.Token);
        Assert.Equal("on", LockstepServer.Text(answer));
        _server.SendEmpty(CoapType.Acknowledgement, answer.MessageId);
    }

    [Fact]
    public async Task ObserveAsync_Notifications_TellWhatWaits()
    {
        var told = System.Threading.Channels.Channel.CreateUnbounded<IReadOnlyList<MailboxEntry>>();
        await using var device = _server.CreateDevice();
        var observing = device.ObserveAsync(list => told.Writer.TryWrite(list));
        var request = await _server.ReceiveAsync();
        Assert.Equal(CoapObserve.Register, request.Options.Observe);
        _server.Answer(request, CoapCode.Content, answer => answer.Options.Add(CoapOptionNumber.Observe, 1u));
        using var observation = await observing;
        Assert.Empty(await told.Reader.ReadAsync());

        var notification = new CoapMessage(CoapCode.Content) { Type = CoapType.NonConfirmable, MessageId = 900, Token = request.Token };
        notification.Options.Add(CoapOptionNumber.Observe, 2u);
        notification.Payload = Encoding.UTF8.GetBytes("</m2m/mailbox/0000000000000009>;ct=0;sz=5;pri=4;for=\"c-1\"");
        _server.Send(notification);
        var entry = Assert.Single(await told.Reader.ReadAsync());
        Assert.Equal(new MailboxEntry("0000000000000009", 5, 4, "c-1"), entry);

        var ending = observation.EndAsync(CancellationToken.None);
        var goodbye = await _server.ReceiveAsync();
        Assert.Equal(CoapObserve.Deregister, goodbye.Options.Observe);
        Assert.Equal(request.Token, goodbye.Token);
        _server.Answer(goodbye, CoapCode.Content);
        await ending;
    }
}
