using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using M2MCluster.Device.Transactions;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace M2MCluster.Device.Mqtt;

/// <summary>
/// A device, or a gateway, that speaks MQTT. A message is acknowledged when the handler has dealt with it, then its result is published.
/// Every call throws <see cref="DeviceException"/> where it was not answered, or refused.
/// </summary>
public sealed class MqttDevice : IAsyncDisposable
{
    private const string Errors = "m2m/errors";
    private const string Configuration = "m2m/config";
    private const string Time = "m2m/time";
    private const string OwnMailbox = "m2m/mailbox/#";
    private const string ChildrensMailboxes = "m2m/children/+/mailbox/#";

    private readonly MqttDeviceOptions _options;
    private readonly TimeProvider _time;
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly TransactionLedger? _transactions;
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<(long At, DateTimeOffset Said)>> _questions = new(StringComparer.Ordinal);

    public MqttDevice(MqttDeviceOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _time = time;
        ReportIds = new ReportIds(time);
        _transactions = options.Transactions is { } participant ? new TransactionLedger(participant, options.Journal) : null;
        _client.ApplicationMessageReceivedAsync += ReceiveAsync;
    }

    public string Name => _options.Name;

    public ReportIds ReportIds { get; }

    public bool IsConnected => _client.IsConnected;

    /// <summary>Connects, with a session that ends with the connection: what waits, waits in the platform's mailbox.</summary>
    public async Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer(_options.Server.Address.ToString(), _options.Server.Port)
            .WithProtocolVersion(_options.Version5 ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311)
            .WithClientId(_options.ClientId ?? _options.Name)
            .WithCredentials(_options.Name, _options.Secret)
            .WithCleanStart()
            .WithKeepAlivePeriod(_options.KeepAlive)
            .WithTimeout(_options.Timeout)
            .Build();
        var result = await CallAsync(token => _client.ConnectAsync(options, token), cancellationToken).ConfigureAwait(false);
        if (result.ResultCode != MqttClientConnectResultCode.Success) throw Refusal((int)result.ResultCode, result.ResultCode.ToString(), result.ReasonString);

        var topics = new MqttClientSubscribeOptionsBuilder().WithTopicFilter(Errors, MqttQualityOfServiceLevel.AtLeastOnce);
        if (_options.Configured is not null) topics.WithTopicFilter(Configuration, MqttQualityOfServiceLevel.AtMostOnce);
        if (_options.Messages is not null) topics.WithTopicFilter(OwnMailbox, MqttQualityOfServiceLevel.AtLeastOnce);
        if (_options is { Messages: not null, IsGateway: true }) topics.WithTopicFilter(ChildrensMailboxes, MqttQualityOfServiceLevel.AtLeastOnce);
        await CallAsync(token => _client.SubscribeAsync(topics.Build(), token), cancellationToken).ConfigureAwait(false);
    }

    public async Task DisconnectAsync(CancellationToken cancellationToken = default)
    {
        if (!_client.IsConnected) return;
        await CallAsync(
            async token =>
            {
                await _client.DisconnectAsync(new MqttClientDisconnectOptions(), token).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a report; when it returns, the report is on the platform's disk. With MQTT 5 once, however often it was sent.</summary>
    public Task ReportAsync(DeviceReport report, string? child = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        var message = Publication(child is null ? "m2m/reports" : $"m2m/children/{child}/reports", report.Payload, report.ContentType);
        if (_options.Version5) message.WithUserProperty("id", Encoding.ASCII.GetBytes(report.Id));
        return PublishAsync(message.Build(), cancellationToken);
    }

    /// <summary>Sets the clock by the platform's: asks some times, since the answer that took the shortest is known best.</summary>
    public async Task SynchronizeAsync(PlatformClock clock, int questions = 4, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(clock);
        var topics = new MqttClientSubscribeOptionsBuilder().WithTopicFilter(Time, MqttQualityOfServiceLevel.AtMostOnce).Build();
        await CallAsync(token => _client.SubscribeAsync(topics, token), cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < questions; i++)
        {
            var question = Guid.NewGuid().ToString("n");
            var heard = _questions[question] = new(TaskCreationOptions.RunContinuationsAsynchronously);
            try
            {
                var asked = _time.GetTimestamp();
                await PublishAsync(Publication(Time, Encoding.ASCII.GetBytes(question), null).Build(), cancellationToken).ConfigureAwait(false);
                var (answered, said) = await CallAsync(token => heard.Task.WaitAsync(token), cancellationToken).ConfigureAwait(false);
                clock.Hear(asked, answered, said);
            }
            finally
            {
                _questions.TryRemove(question, out _);
            }
        }
    }

    /// <summary>Says what became of a message that was not handled here: one that was fetched over another bearer.</summary>
    public Task PostResultAsync(string id, DeviceResult result, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(result);
        var address = MailboxTopic.Read($"m2m/mailbox/{id}") ?? throw new ArgumentException("is not a message's id", nameof(id));
        return PublishAsync(ResultOf(address, result), cancellationToken);
    }

    /// <summary>Sends a message to another object, by its id or a name; when it returns, the message is on the platform's disk. Its outcome comes as a message.</summary>
    /// <param name="id">With MQTT 5: sent again under the same id, it is the same message.</param>
    public Task SendToAsync(string peer, ReadOnlyMemory<byte> payload, string contentType, string id, CancellationToken cancellationToken = default)
    {
        var message = Publication($"m2m/messages/{peer}", payload, contentType);
        if (_options.Version5) message.WithUserProperty("id", Encoding.UTF8.GetBytes(id));
        return PublishAsync(message.Build(), cancellationToken);
    }

    /// <summary>Tells the platform that nothing is to be sent for that long (1 s to 7 days), and disconnects: no frame, keep-alives included, leaves until it connects again.</summary>
    public async Task SuspendAsync(TimeSpan atMost, CancellationToken cancellationToken = default)
    {
        var text = $"suspend={(long)Math.Ceiling(atMost.TotalSeconds)}";
        await PublishAsync(Publication("m2m/radio", Encoding.ASCII.GetBytes(text), "text/plain").Build(), cancellationToken).ConfigureAwait(false);
        await DisconnectAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A gateway says whether its child can be reached: <c>online</c> or <c>offline</c>.</summary>
    public Task SayStatusAsync(string child, bool online, CancellationToken cancellationToken = default) =>
        PublishAsync(Publication($"m2m/children/{child}/status", online ? "online"u8.ToArray() : "offline"u8.ToArray(), "text/plain").Build(), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        _client.Dispose();
        _transactions?.Dispose();
        _ending.Dispose();
    }

    private async Task ReceiveAsync(MqttApplicationMessageReceivedEventArgs received)
    {
        var publication = received.ApplicationMessage;
        if (publication.Topic == Errors)
        {
            _options.Refused?.Invoke(Encoding.UTF8.GetString(publication.Payload.ToArray()));
            return;
        }

        if (publication.Topic == Configuration)
        {
            if (DeviceConfig.Read(publication.Payload.ToArray()) is { } config) _options.Configured?.Invoke(config);
            return;
        }

        if (publication.Topic == Time)
        {
            var at = _time.GetTimestamp();
            if (PlatformTime.ReadAnswer(publication.Payload.ToArray()) is var (question, said) && _questions.TryGetValue(question, out var waits)) waits.TrySetResult((at, said));
            return;
        }

        received.AutoAcknowledge = false;
        if (_options.Messages is not { } handler || MailboxTopic.Read(publication.Topic) is not { } address) return;
        var payload = publication.Payload.ToArray();
        var command = PropertyOf(publication, "path") is { } path
            ? new DeviceCommand(PropertyOf(publication, "method") ?? "POST", path, publication.ContentType, PropertyOf(publication, "accept"), payload)
            : null;
        var message = new DeviceMessage(address.Id, publication.ContentType, payload, address.Child, command, PropertyOf(publication, "traceparent"), address.Transaction);
        var result = await _options.Ledger.HandleAsync(message, _transactions, handler, _ending.Token).ConfigureAwait(false);
        await received.AcknowledgeAsync(_ending.Token).ConfigureAwait(false);
        try
        {
            await PublishAsync(ResultOf(address, result), _ending.Token).ConfigureAwait(false);
        }
        catch (DeviceException)
        {
            // The platform asks again by delivering the message again; the ledger then has the result.
        }
    }

    private static string? PropertyOf(MqttApplicationMessage publication, string name) =>
        publication.UserProperties?.Find(property => property.Name == name)?.ReadValueAsString();

    private MqttApplicationMessage ResultOf(MailboxTopic address, DeviceResult result)
    {
        var word = result.Ok ? "ok" : "error";
        if (_options.Version5) return Publication(address.ResultTopic, result.Payload, result.ContentType).WithUserProperty("result", Encoding.ASCII.GetBytes(word)).Build();
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("result", word);
            if (!result.Payload.IsEmpty) writer.WriteString("payload", Encoding.UTF8.GetString(result.Payload.Span));
            writer.WriteEndObject();
        }

        return Publication(address.ResultTopic, json.WrittenMemory, null).Build();
    }

    private MqttApplicationMessageBuilder Publication(string topic, ReadOnlyMemory<byte> payload, string? contentType)
    {
        var message = new MqttApplicationMessageBuilder()
            .WithTopic(topic)
            .WithPayload(payload.ToArray())
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce);
        return _options.Version5 && contentType is not null ? message.WithContentType(contentType) : message;
    }

    private async Task PublishAsync(MqttApplicationMessage message, CancellationToken cancellationToken)
    {
        var result = await CallAsync(token => _client.PublishAsync(message, token), cancellationToken).ConfigureAwait(false);

        // 0x10: nobody subscribed, which is no failure; 0x99: kept as a refused report, and told on m2m/errors.
        if ((int)result.ReasonCode >= 0x80) throw Refusal((int)result.ReasonCode, result.ReasonCode.ToString(), result.ReasonString);
    }

    private async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await call(either.Token).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is MqttCommunicationException or MqttProtocolViolationException or InvalidOperationException)
        {
            throw new DeviceException(DeviceFailure.NoAnswer, failed.Message, inner: failed);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DeviceException(DeviceFailure.NoAnswer, "No answer in time, or the connection ended.");
        }
    }

    private static DeviceException Refusal(int code, string name, string? reason)
    {
        var failure = code switch
        {
            0x89 or 0x97 or 0x03 => DeviceFailure.Busy,
            0x86 or 0x87 or 0x04 or 0x05 => DeviceFailure.NotAllowed,
            _ => DeviceFailure.Refused,
        };
        return new DeviceException(failure, reason is null ? $"The platform answered {name}." : $"The platform answered {name}: {reason}");
    }
}
