using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using M2MCluster.Device.Mqtt;
using M2MCluster.Testing.Processes;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace M2MCluster.Device.Tests;

public sealed class MqttDeviceTests : IAsyncLifetime
{
    private readonly Channel<MqttApplicationMessage> _published = Channel.CreateUnbounded<MqttApplicationMessage>();
    private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _port = Ports.Take();
    private MqttServer _server = null!;

    public async Task InitializeAsync()
    {
        var factory = new MqttServerFactory();
        _server = factory.CreateMqttServer(factory.CreateServerOptionsBuilder().WithDefaultEndpoint().WithDefaultEndpointBoundIPAddress(IPAddress.Loopback).WithDefaultEndpointPort(_port).Build());
        _server.ValidatingConnectionAsync += connection =>
        {
            if (connection.Password != "a-secret-of-22-characters") connection.ReasonCode = MqttConnectReasonCode.BadUserNameOrPassword;
            return Task.CompletedTask;
        };
        _server.InterceptingPublishAsync += publish =>
        {
            if (string.IsNullOrEmpty(publish.ClientId)) return Task.CompletedTask;
            publish.ProcessPublish = false;
            if (publish.ApplicationMessage.Payload.Length == 0 && publish.ApplicationMessage.Topic == "m2m/reports") publish.Response.ReasonCode = MqttPubAckReasonCode.PayloadFormatInvalid;
            _published.Writer.TryWrite(publish.ApplicationMessage);
            return Task.CompletedTask;
        };
        _server.ClientSubscribedTopicAsync += subscription =>
        {
            if (subscription.TopicFilter.Topic == "m2m/mailbox/#") _subscribed.TrySetResult();
            return Task.CompletedTask;
        };
        await _server.StartAsync();
    }

    public Task DisposeAsync() => _server.StopAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReportAsync_Acknowledged_CarriesIdAndTypeWhereTheVersionHasThem(bool version5)
    {
        await using var device = Create(null, version5: version5);
        await device.ConnectAsync();
        await device.ReportAsync(new DeviceReport("abc12345", "text/plain", "21.5"u8.ToArray()));
        var message = await _published.Reader.ReadAsync();
        Assert.Equal("m2m/reports", message.Topic);
        Assert.Equal(MqttQualityOfServiceLevel.AtLeastOnce, message.QualityOfServiceLevel);
        if (!version5) return;
        Assert.Equal("text/plain", message.ContentType);
        Assert.Equal("abc12345", Assert.Single(message.UserProperties).ReadValueAsString());
    }

    [Fact]
    public async Task ReportAsync_Unreadable_IsRefusedForGood()
    {
        await using var device = Create(null);
        await device.ConnectAsync();
        var failure = await Assert.ThrowsAsync<DeviceException>(() => device.ReportAsync(new DeviceReport("abc12345", "text/plain", default)));
        Assert.False(failure.IsTransient);
    }

    [Fact]
    public async Task ReportAsync_Child_GoesToItsTopic()
    {
        await using var device = Create(null);
        await device.ConnectAsync();
        await device.ReportAsync(new DeviceReport("abc12345", "text/plain", "1"u8.ToArray()), "valve-1");
        Assert.Equal("m2m/children/valve-1/reports", (await _published.Reader.ReadAsync()).Topic);
    }

    [Fact]
    public async Task Messages_DeliveredTwice_AreHandledOnceAndAnsweredTwice()
    {
        var handled = 0;
        await using var device = Create((message, _) =>
        {
            handled++;
            return ValueTask.FromResult(new DeviceResult(true, message.ContentType, message.Payload));
        });
        await device.ConnectAsync();
        await _subscribed.Task;
        for (var i = 0; i < 2; i++)
        {
            await PushAsync("m2m/mailbox/0000000000000007", "on");
            var result = await _published.Reader.ReadAsync();
            Assert.Equal("m2m/mailbox/0000000000000007/result", result.Topic);
            Assert.Equal("ok", Assert.Single(result.UserProperties).ReadValueAsString());
            Assert.Equal("on", Encoding.UTF8.GetString(result.Payload.ToArray()));
        }

        Assert.Equal(1, handled);
    }

    [Fact]
    public async Task Messages_HandlerThrows_AreAnsweredWithError()
    {
        await using var device = Create((_, _) => throw new InvalidOperationException());
        await device.ConnectAsync();
        await _subscribed.Task;
        await PushAsync("m2m/mailbox/0000000000000007", "on");
        Assert.Equal("error", Assert.Single((await _published.Reader.ReadAsync()).UserProperties).ReadValueAsString());
    }

    [Fact]
    public async Task ConnectAsync_WrongSecret_IsNotAllowed()
    {
        await using var device = Create(null, "another-of-22-characters");
        Assert.Equal(DeviceFailure.NotAllowed, (await Assert.ThrowsAsync<DeviceException>(() => device.ConnectAsync())).Failure);
    }

    [Fact]
    public async Task ReportAsync_NotConnected_IsTransient()
    {
        await using var device = Create(null);
        var failure = await Assert.ThrowsAsync<DeviceException>(() => device.ReportAsync(new DeviceReport("abc12345", "text/plain", "1"u8.ToArray())));
        Assert.True(failure.IsTransient);
    }

    private MqttDevice Create(MessageHandler? messages, string secret = "a-secret-of-22-characters", bool version5 = true) => new(
        new MqttDeviceOptions { Name = "tracker-1", Secret = secret, Server = new IPEndPoint(IPAddress.Loopback, _port), Messages = messages, Version5 = version5 }, TimeProvider.System);

    private Task PushAsync(string topic, string payload) => _server.InjectApplicationMessage(new InjectedMqttApplicationMessage(
        new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(payload).WithContentType("text/plain").WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build()));
}
