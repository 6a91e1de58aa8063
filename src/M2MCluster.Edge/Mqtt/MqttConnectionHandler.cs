using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary>Takes connections from Kestrel: the first packet, the decision on it, then the session's life.</summary>
internal sealed class MqttConnectionHandler(MqttEdge edge, MqttAdmission admission, MqttServices services, ILogger<MqttConnectionHandler> logger) : ConnectionHandler
{
    private int _connections;

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var count = Interlocked.Increment(ref _connections);
        try
        {
            // A little beyond the limit clients are told why; what comes still faster is not worth its packets.
            if (count > edge.Options.MaxConnections + Math.Min(1024, edge.Options.MaxConnections)) connection.Abort();
            else await Serve(connection, count > edge.Options.MaxConnections);
        }
#pragma warning disable CA1031 // One connection that nobody foresaw does not end the listener.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            logger.ConnectionFailed(failure);
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }

    private async Task Serve(ConnectionContext connection, bool isBusy)
    {
        connection.Features.Get<IConnectionSocketFeature>()?.Socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        var pipe = new MqttPipe(connection.Transport, edge.Options.MaxPacketSize);
        var address = connection.RemoteEndPoint?.ToString() ?? "";
        MqttSession? session;
        MqttPublishPacket? will;
        int keepAlive;
        using (var patience = new CancellationTokenSource(edge.Options.ConnectTimeout, edge.Time))
        {
            var first = await pipe.Read(patience.Token);
            if (first.Status == MqttReadStatus.UnsupportedVersion) await Refuse(pipe, address, MqttConnectReasonCode.UnsupportedProtocolVersion, patience.Token);
            if (first.Packet is not MqttConnectPacket connect) return;

            var wantsKeptSession = connect.SessionExpiryInterval != 0;
            var assigned = string.IsNullOrEmpty(connect.ClientId);
            will = MqttWill.Of(connect);
            pipe.PeerMaxPacketSize = connect.MaximumPacketSize;
            pipe.TakesReasons = pipe.IsVersion5 && connect.RequestProblemInformation && connect.MaximumPacketSize == 0;
            (session, var reason) = isBusy
                ? (null, MqttConnectReasonCode.ServerBusy)
                : await admission.Admit(connect, pipe, address, connection.Features.Get<ITlsHandshakeFeature>() is not null, patience.Token);
            if (session is null)
            {
                await Refuse(pipe, address, reason, CancellationToken.None);
                return;
            }

            var granted = pipe.IsVersion5 && (connect.KeepAlivePeriod == 0 || connect.KeepAlivePeriod > edge.Options.MaxKeepAliveSeconds);
            keepAlive = granted ? edge.Options.MaxKeepAliveSeconds : connect.KeepAlivePeriod;
            await session.Send(new MqttConnAckPacket
            {
                ReasonCode = MqttConnectReasonCode.Success,
                ReturnCode = MqttConnectReturnCode.ConnectionAccepted,
                AssignedClientIdentifier = assigned ? connect.ClientId : null,
                ServerKeepAlive = granted ? (ushort)keepAlive : (ushort)0,
                // No session outlives its connection: what waits, waits in the object's mailbox. The codec leaves out a zero, so the least that it can say is a second.
                SessionExpiryInterval = wantsKeptSession ? 1u : 0u,
                ReceiveMaximum = (ushort)edge.Options.Window,
                MaximumPacketSize = (uint)edge.Options.MaxPacketSize,
                MaximumQoS = MqttQualityOfServiceLevel.ExactlyOnce,
                RetainAvailable = false,
                SharedSubscriptionAvailable = false,
                SubscriptionIdentifiersAvailable = false,
                WildcardSubscriptionAvailable = true,
            });
        }

        await Run(connection, session, pipe, will, keepAlive);
    }

    private async Task Run(ConnectionContext connection, MqttSession session, MqttPipe pipe, MqttPublishPacket? will, int keepAlive)
    {
        edge.Metrics.Connected();
        logger.Began(session.Name, session.ObjectId);
        try
        {
            var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
            await using var shutdown = stopping.Register(() => session.End(MqttDisconnectReasonCode.ServerShuttingDown));
            await new MqttConnection(session, pipe, will, edge, services, logger, connection.ConnectionClosed, stopping).Run(keepAlive);
        }
        finally
        {
            edge.Sessions.Remove(session);
            edge.Metrics.Disconnected();
            logger.Ended(session.Name, session.ObjectId, session.EndReason);
        }
    }

    private async ValueTask Refuse(MqttPipe pipe, string address, MqttConnectReasonCode reason, CancellationToken cancellation)
    {
        edge.Metrics.Refused(reason);
        logger.Refused(address, reason);
        await pipe.Write(new MqttConnAckPacket { ReasonCode = reason, ReturnCode = MqttReasons.For311(reason), RetainAvailable = true, SharedSubscriptionAvailable = true,
            SubscriptionIdentifiersAvailable = true, WildcardSubscriptionAvailable = true, MaximumQoS = MqttQualityOfServiceLevel.ExactlyOnce }, cancellation);
    }
}
