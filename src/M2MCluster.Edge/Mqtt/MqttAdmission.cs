using System.Collections.Immutable;
using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Edge.Admission;
using Microsoft.Extensions.Logging;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary>Decides on a CONNECT: the user name is the object's id, the password its secret. Who comes in a crowd waits for a turn.</summary>
internal sealed class MqttAdmission(MqttEdge edge, AdmissionControl admission, ILogger<MqttAdmission> logger)
{
    private readonly string _run = Guid.NewGuid().ToString("n")[..12];
    private long _sessions;

    /// <summary>The session, attached and the object's only one on this node, or the reason of its refusal.</summary>
    /// <param name="isProtected">Whether TLS protects the connection.</param>
    /// <param name="cancellation">When the client has waited long enough.</param>
    public async ValueTask<(MqttSession? Session, MqttConnectReasonCode Reason)> Admit(
        MqttConnectPacket packet, MqttPipe pipe, string address, bool isProtected, CancellationToken cancellation)
    {
        if (!string.IsNullOrEmpty(packet.AuthenticationMethod)) return (null, MqttConnectReasonCode.BadAuthenticationMethod);
        if (string.IsNullOrEmpty(packet.ClientId)) packet.ClientId = $"auto-{Guid.NewGuid():n}";
        if (packet.Password is null || !Names.IsId(packet.Username)) return (null, MqttConnectReasonCode.BadUserNameOrPassword);
        // Those who came together are not sent away together: they would come back so.
        using (var part = new CancellationTokenSource(edge.Options.ConnectTimeout * (0.5 + (Random.Shared.NextDouble() / 2)), edge.Time))
        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(part.Token, cancellation))
        {
            if (!await admission.WaitAsync(patience.Token)) return (null, MqttConnectReasonCode.ServerBusy);
        }

        var entered = edge.Time.GetTimestamp();
        try
        {
            return await Attach(packet, pipe, new(packet.Username, isProtected ? Strength.Protected : Strength.Secret, Bearer.Mqtt, address));
        }
#pragma warning disable CA1031 // Whatever failed, the client is told that it may come back.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            logger.AdmissionFailed(failure, packet.Username);
            return (null, MqttReasons.OfConnect(failure));
        }
        finally
        {
            admission.Leave(entered);
        }
    }

    private async ValueTask<(MqttSession? Session, MqttConnectReasonCode Reason)> Attach(MqttConnectPacket packet, MqttPipe pipe, Speaker speaker)
    {
        if (!await edge.ObjectOf(speaker.ObjectId).Authenticate(CredentialKind.MqttSecret, Encoding.UTF8.GetString(packet.Password)))
            return (null, MqttConnectReasonCode.BadUserNameOrPassword);

        var inFlight = packet.ReceiveMaximum == 0 ? edge.Options.MaxInFlight : Math.Min(packet.ReceiveMaximum, edge.Options.MaxInFlight);
        var session = new MqttSession($"{_run}-{Interlocked.Increment(ref _sessions)}", speaker, packet.ClientId, pipe, edge, inFlight);
        edge.Sessions.Add(session);
        try
        {
            await session.Attach(Provided(packet.UserProperties));
        }
        catch
        {
            edge.Sessions.Remove(session);
            throw;
        }

        // Before the client hears that it is connected: what it repeats on this connection must not race with what the former one still does.
        edge.Sessions.Claim(session);
        return (session, MqttConnectReasonCode.Success);
    }

    private static ImmutableSortedDictionary<string, string>? Provided(List<MqttUserProperty>? properties)
    {
        if (properties is not { Count: > 0 }) return null;
        var provided = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var property in properties) provided[property.Name] = property.ReadValueAsString();

        return provided.ToImmutable();
    }
}
