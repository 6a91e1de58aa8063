using System.Net;
using System.Text;
using M2MCluster.Device.Transactions;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Blockwise;

namespace M2MCluster.Device.Coap;

/// <summary>
/// A device, or a gateway, that speaks CoAP over one UDP socket. Requests are confirmable and retransmitted; bodies go in blocks where they
/// are large. All calls may be made from any thread; requests to the platform leave one after the other (NSTART 1).
/// Every request throws <see cref="DeviceException"/> where it was not answered, or refused.
/// </summary>
public sealed class CoapDevice : IAsyncDisposable
{
    private readonly CoapDeviceOptions _options;
    private readonly TimeProvider _time;
    private readonly CoapExchanges _exchanges;
    private readonly CoapRadio _radio;
    private readonly CoapTransfer _transfer;
    private readonly TransactionLedger? _transactions;
    private readonly CancellationTokenSource _ending = new();
    private string? _location;

    public CoapDevice(CoapDeviceOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _options = options;
        _time = time;
        ReportIds = new ReportIds(time);
        _exchanges = new CoapExchanges(options.Server, options.LocalAddress, options.CheckedTransmission, options.Link, _radio = new CoapRadio(time, options.Radio), time);
        _transfer = new CoapTransfer(_exchanges, options.CheckedBlockSize, options.MaxBody, options.CheckedMaxDatagram, options.CheckedTransmission.TokenLength);
        _transactions = options.Transactions is { } participant ? new TransactionLedger(participant, options.Journal) : null;
        if (options.Commands is not { } commands) return;
        var server = new CoapCommandServer(_exchanges, commands, options.Ledger, _transactions, time, options.MaxBody, options.CheckedMaxDatagram);
        _exchanges.Requested = incoming => _ = server.ServeAsync(incoming, _ending.Token);
    }

    public string Name => _options.Name;

    public ReportIds ReportIds { get; }

    public DeviceLink Link => _options.Link;

    public IPEndPoint LocalEndPoint => _exchanges.Socket.LocalEndPoint;

    public bool IsRegistered => _location is not null;

    public bool IsAsleep => _exchanges.Socket.Deaf;

    /// <summary>For how long the radio was on, since the start.</summary>
    public TimeSpan RadioOnTime => _radio.OnTime;

    public bool IsSuspended => _exchanges.IsSuspended;

    /// <summary>
    /// Tells the platform, then is silent: no frame leaves, retransmissions and answers included, until <see cref="ResumeAsync"/>. What is asked for meanwhile waits. The
    /// platform sends nothing until then, or for <paramref name="atMost"/> (1 s to 7 days) at most.
    /// </summary>
    public async Task SuspendAsync(TimeSpan atMost, CancellationToken cancellationToken = default)
    {
        var seconds = ((long)Math.Ceiling(atMost.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var request = new CoapRequest(CoapCode.Post, "/m2m/radio") { Queries = [.. Who(null), ("suspend", seconds)], Passes = true };
        // What is asked for from here on would tell the platform that the device is back.
        _exchanges.Hold();
        try
        {
            (await RequestAsync(request, cancellationToken).ConfigureAwait(false)).OrThrow();
        }
        catch
        {
            _exchanges.Resume();
            throw;
        }

        _exchanges.Suspend();
    }

    /// <summary>Sends what waited, and tells the platform.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken = default)
    {
        _exchanges.Resume();
        (await RequestAsync(new CoapRequest(CoapCode.Post, "/m2m/radio") { Queries = Who(null) }, cancellationToken).ConfigureAwait(false)).OrThrow();
    }

    /// <summary>
    /// For who uses the service rarely: sends a report, deals with what waits, and switches the radio off as soon as an answer says that nothing more comes (4.15.c).
    /// Returns how many messages there were.
    /// </summary>
    public async Task<int> ReportAndSleepAsync(DeviceReport report, MessageHandler handler, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        var waiting = await SendAsync(report, null, more: true, cancellationToken).ConfigureAwait(false);
        var count = 0;
        while (waiting != 0 && await FetchNextAsync(null, cancellationToken).ConfigureAwait(false) is { } message)
        {
            var result = await _options.Ledger.HandleAsync(message, _transactions, handler, cancellationToken).ConfigureAwait(false);
            waiting = await SendResultAsync(message.Id, result, null, more: true, cancellationToken).ConfigureAwait(false);
            count++;
        }

        Sleep();
        return count;
    }

    /// <summary>Sends a message to another object, by its id or a name; when it returns, the message is on the platform's disk. Its outcome comes as a message.</summary>
    /// <param name="id">Sent again under the same id, it is the same message.</param>
    /// <returns>The message's id.</returns>
    public async Task<string> SendToAsync(string peer, ReadOnlyMemory<byte> payload, string contentType, string id, CancellationToken cancellationToken = default)
    {
        var request = new CoapRequest(CoapCode.Post, "/m2m/messages") { Queries = [.. Who(null), ("to", peer), ("id", id)], ContentType = contentType, Payload = payload };
        return (await RequestAsync(request, cancellationToken).ConfigureAwait(false)).OrThrow().Response.Options.LocationPath.Split('/')[^1];
    }

    /// <summary>Hears nothing until <see cref="Wake"/>, or until the next request is made.</summary>
    public void Sleep() => _exchanges.Socket.Deaf = true;

    public void Wake() => _exchanges.Socket.Deaf = false;

    /// <summary>Goes on from another port, as after a NAT forgot its mapping. What is under way is retransmitted from there.</summary>
    public ValueTask RebindAsync() => _exchanges.Socket.RebindAsync();

    /// <summary>Registers at the resource directory (RFC 9176), with the links of its resources.</summary>
    public Task RegisterAsync(CancellationToken cancellationToken = default) => RegisterAsync([], cancellationToken);

    /// <summary>The same, with what the device says of itself: the cell that it is in, whether it roams…</summary>
    public async Task RegisterAsync(IReadOnlyList<(string Name, string Value)> characteristics, CancellationToken cancellationToken = default) =>
        _location = await RegisterAsync(Name, characteristics, cancellationToken).ConfigureAwait(false);

    /// <summary>A gateway attaches a child.</summary>
    public Task AttachAsync(string child, CancellationToken cancellationToken = default) => RegisterAsync(child, [], cancellationToken);

    /// <summary>Extends the registration; registers where there is none, or the platform has forgotten it.</summary>
    public Task UpdateAsync(CancellationToken cancellationToken = default) => UpdateAsync([], cancellationToken);

    /// <summary>The same, with what has changed of what the device says of itself.</summary>
    public async Task UpdateAsync(IReadOnlyList<(string Name, string Value)> characteristics, CancellationToken cancellationToken = default)
    {
        if (_location is { } location)
        {
            var answer = await RequestAsync(new CoapRequest(CoapCode.Post, location) { Queries = [("ep", Name), .. Bounds, .. characteristics] }, cancellationToken).ConfigureAwait(false);
            if (answer.Code != CoapCode.NotFound)
            {
                answer.OrThrow();
                return;
            }
        }

        await RegisterAsync(characteristics, cancellationToken).ConfigureAwait(false);
    }

    public async Task DeregisterAsync(CancellationToken cancellationToken = default)
    {
        if (_location is not { } location) return;
        (await RequestAsync(new CoapRequest(CoapCode.Delete, location) { Queries = Who(null) }, cancellationToken).ConfigureAwait(false)).OrThrow();
        _location = null;
    }

    /// <summary>Sends a report; when it returns, the report is on the platform's disk, once, however often it was sent.</summary>
    public Task ReportAsync(DeviceReport report, string? child = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        return SendAsync(report, child, more: false, cancellationToken);
    }

    private async Task<uint?> SendAsync(DeviceReport report, string? child, bool more, CancellationToken cancellationToken)
    {
        var request = new CoapRequest(CoapCode.Post, "/m2m/reports")
        {
            Queries = [.. Who(child), ("id", report.Id)],
            ContentType = report.ContentType,
            Payload = report.Payload,
            AsksForMore = more,
        };
        return (await RequestAsync(request, cancellationToken).ConfigureAwait(false)).OrThrow().Waiting;
    }

    /// <summary>How the platform wants the device to behave.</summary>
    public async Task<DeviceConfig> ConfigAsync(string? child = null, CancellationToken cancellationToken = default)
    {
        var answer = await RequestAsync(new CoapRequest(CoapCode.Get, "/m2m/config") { Queries = Who(child) }, cancellationToken).ConfigureAwait(false);
        return DeviceConfig.Read(answer.OrThrow().Body.Span) ?? throw new DeviceException(DeviceFailure.Refused, "A configuration that cannot be read.");
    }

    /// <summary>Sets the clock by the platform's: asks some times, since the answer that took the shortest is known best.</summary>
    public async Task SynchronizeAsync(PlatformClock clock, int questions = 4, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(clock);
        for (var i = 0; i < questions; i++)
        {
            var asked = clock.GetTimestamp();
            var answer = await RequestAsync(new CoapRequest(CoapCode.Get, "/m2m/time"), cancellationToken).ConfigureAwait(false);
            var answered = clock.GetTimestamp();
            var said = PlatformTime.Read(Encoding.ASCII.GetString(answer.OrThrow().Body.Span)) ?? throw new DeviceException(DeviceFailure.Refused, "A time that cannot be read.");
            clock.Hear(asked, answered, said);
        }
    }

    /// <summary>The message that goes first; null where nothing waits. It stays in the mailbox until its result was posted.</summary>
    public async Task<DeviceMessage?> FetchNextAsync(string? child = null, CancellationToken cancellationToken = default)
    {
        // Another message may be the next one before this one has come whole.
        var request = new CoapRequest(CoapCode.Get, "/m2m/mailbox/next") { Queries = Who(child) };
        Wake();
        var answer = await TransferAsync(
            request, cancellationToken, first => IdOf(first) is { } id ? request with { Path = $"/m2m/mailbox/{id}" } : request).ConfigureAwait(false);
        if (answer.Code == CoapCode.NotFound) return null;
        answer.OrThrow();
        return MessageOf(IdOf(answer.Response) ?? throw new DeviceException(DeviceFailure.Refused, "A message without its id."), answer, child);
    }

    /// <summary>A message by its id; null where it does not wait any more.</summary>
    public Task<DeviceMessage?> FetchAsync(string id, string? child = null, CancellationToken cancellationToken = default) => FetchAsync(id, child, null, cancellationToken);

    /// <param name="between">Awaited before each block but the first.</param>
    internal async Task<DeviceMessage?> FetchAsync(string id, string? child, Func<CancellationToken, Task>? between, CancellationToken cancellationToken)
    {
        var request = new CoapRequest(CoapCode.Get, $"/m2m/mailbox/{id}") { Queries = Who(child) };
        Wake();
        var answer = await TransferAsync(request, cancellationToken, between: between).ConfigureAwait(false);
        if (answer.Code == CoapCode.NotFound) return null;
        answer.OrThrow();
        return MessageOf(id, answer, child);
    }

    /// <summary>What waits for the device, and for a gateway's children.</summary>
    public async Task<IReadOnlyList<MailboxEntry>> ListAsync(CancellationToken cancellationToken = default)
    {
        var answer = await RequestAsync(new CoapRequest(CoapCode.Get, "/m2m/mailbox") { Queries = Who(null) }, cancellationToken).ConfigureAwait(false);
        return MailboxList.Read(answer.OrThrow().Body.Span);
    }

    /// <summary>Is told what waits, now and whenever it changes, as long as the device is awake.</summary>
    public async Task<MailboxObservation> ObserveAsync(Action<IReadOnlyList<MailboxEntry>> changed, CancellationToken cancellationToken = default)
    {
        Wake();
        var request = new CoapRequest(CoapCode.Get, "/m2m/mailbox") { Queries = [("ep", Name)] }.ToMessage(null);
        if (_options.CheckedMaxDatagram is { } limit) request.Options.Add(CoapOptionNumber.Block2, CoapFit.Ask(limit).Encode());
        var outgoing = await _exchanges.ObserveAsync(request, Notified, cancellationToken).ConfigureAwait(false);
        return new MailboxObservation(() => _exchanges.Cancel(outgoing), DeregisterAsync);

        Task DeregisterAsync(CancellationToken token)
        {
            var goodbye = new CoapRequest(CoapCode.Get, "/m2m/mailbox") { Queries = [("ep", Name)] }.ToMessage(null);
            goodbye.Token = request.Token;
            goodbye.Options.Set(CoapOptionNumber.Observe, CoapObserve.Deregister);
            return _exchanges.RequestAsync(goodbye, token);
        }

        void Notified(CoapMessage notification)
        {
            if (!notification.Code.IsSuccess) return;
            if (notification.Options.Block2 is { More: true }) _ = ListAllAsync();
            else changed(MailboxList.Read(notification.Payload.Span));
        }

        // A list of more than one block is told by its first block only (RFC 7959 section 2.6).
        async Task ListAllAsync()
        {
            try
            {
                changed(await ListAsync(cancellationToken).ConfigureAwait(false));
            }
            catch (Exception missed) when (missed is DeviceException or OperationCanceledException or ObjectDisposedException)
            {
                // The next notification tells it again.
            }
        }
    }

    /// <summary>Says what became of a message; only this takes it out of the mailbox. The same again is harmless.</summary>
    public Task PostResultAsync(string id, DeviceResult result, string? child = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(result);
        return SendResultAsync(id, result, child, more: false, cancellationToken);
    }

    private async Task<uint?> SendResultAsync(string id, DeviceResult result, string? child, bool more, CancellationToken cancellationToken)
    {
        var request = new CoapRequest(CoapCode.Post, $"/m2m/mailbox/{id}")
        {
            Queries = [.. Who(child), ("result", result.Ok ? "ok" : "error")],
            ContentType = result.ContentType,
            Payload = result.Payload,
            AsksForMore = more,
        };
        return (await RequestAsync(request, cancellationToken).ConfigureAwait(false)).OrThrow().Waiting;
    }

    /// <summary>Fetches, handles and answers message after message until none waits; returns their number.</summary>
    public async Task<int> DrainAsync(MessageHandler handler, string? child = null, CancellationToken cancellationToken = default)
    {
        for (var count = 0; ; count++)
        {
            if (await FetchNextAsync(child, cancellationToken).ConfigureAwait(false) is not { } message) return count;
            var result = await _options.Ledger.HandleAsync(message, _transactions, handler, cancellationToken).ConfigureAwait(false);
            await PostResultAsync(message.Id, result, child, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Fetches, handles and answers what waits, as long as it is not cancelled: the highest priority first, then the oldest. It observes the mailbox, and what is of higher priority
    /// than all that it is busy with interrupts the fetching of that between two blocks, which afterwards goes on where it stopped.
    /// </summary>
    /// <exception cref="DeviceException">The mailbox could not be observed; what cannot be fetched or answered later is tried again.</exception>
    public async Task ServeAsync(MessageHandler handler, CancellationToken cancellationToken)
    {
        MailboxObservation? observation = null;
        MailboxService? service = null;
        service = new(this, message => _options.Ledger.HandleAsync(message, _transactions, handler, cancellationToken), ObserveAnewAsync, _options.MailboxCheck, _time);
        try
        {
            await ObserveAnewAsync(cancellationToken).ConfigureAwait(false);
            await service.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            observation?.Dispose();
        }

        async Task ObserveAnewAsync(CancellationToken token)
        {
            var former = observation;
            observation = await ObserveAsync(entries => service!.Changed(entries), token).ConfigureAwait(false);
            former?.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _exchanges.DisposeAsync().ConfigureAwait(false);
        _transactions?.Dispose();
        _ending.Dispose();
    }

    private async Task<string> RegisterAsync(string name, IReadOnlyList<(string Name, string Value)> characteristics, CancellationToken cancellationToken)
    {
        var lifetime = ((long)_options.Lifetime.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        // What is left out is 90,000 s (RFC 9176 section 5).
        var isUsual = _options is { MaxDatagram: > 0, Lifetime.TotalSeconds: 90_000 };
        var request = new CoapRequest(CoapCode.Post, "/rd")
        {
            Queries = [("ep", name), .. isUsual ? [] : ((string, string)[])[("lt", lifetime)], .. name == Name ? Bounds : [], .. characteristics],
            ContentType = "application/link-format",
            Payload = Encoding.UTF8.GetBytes(name == Name ? _options.Links : string.Empty),
        };
        return (await RequestAsync(request, cancellationToken).ConfigureAwait(false)).OrThrow().Response.Options.LocationPath;
    }

    private Task<CoapAnswer> RequestAsync(CoapRequest request, CancellationToken cancellationToken)
    {
        if (!IsSuspended) Wake();
        return TransferAsync(request, cancellationToken);
    }

    private async Task<CoapAnswer> TransferAsync(
        CoapRequest request, CancellationToken cancellationToken, Func<CoapMessage, CoapRequest>? following = null, Func<CancellationToken, Task>? between = null)
    {
        var answer = await _transfer.RequestAsync(request, cancellationToken, following, between).ConfigureAwait(false);
        if (answer.Code != CoapCode.Unauthorized || request.SaysWhoAsks) return answer;
        // The platform has forgotten the session, as after its restart.
        await UpdateAsync(cancellationToken).ConfigureAwait(false);
        return await _transfer.RequestAsync(request, cancellationToken, following, between).ConfigureAwait(false);
    }

    private static string? IdOf(CoapMessage response) => response.Options.TryGet(CoapOptionNumber.ETag, out var tag) ? Convert.ToHexStringLower(tag.Span) : null;

    private static DeviceMessage MessageOf(string id, CoapAnswer answer, string? child)
    {
        DeviceCommand? command = null;
        if (answer.Response.Options.TryGet(CoapOptionNumber.Command, out var said) && Encoding.UTF8.GetString(said.Span).Split(' ', 2) is [var method, var path])
        {
            command = new DeviceCommand(method, path, answer.ContentType, null, answer.Body);
        }

        var transaction = answer.Response.Options.TryGet(CoapOptionNumber.Transaction, out var mark) ? DeviceTransaction.Read(Encoding.UTF8.GetString(mark.Span)) : null;
        return new DeviceMessage(id, answer.ContentType, answer.Body, child, command, Transaction: transaction);
    }

    // Where each byte counts, the registration has told the platform who speaks from this address.
    private (string, string)[] Who(string? child) => [.. _options.MaxDatagram > 0 && IsRegistered ? [] : ((string, string)[])[("ep", Name)], .. child is null ? [] : ((string, string)[])[("for", child)]];

    private (string, string)[] Bounds => _options.MaxDatagram > 0 ? [("maxDatagram", _options.MaxDatagram.ToString(System.Globalization.CultureInfo.InvariantCulture))] : [];
}
