using System.Net.Sockets;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Load;

/// <summary>Connections that are tried, at one silo after the other, until there is one.</summary>
internal static class StubbornMqtt
{
    /// <param name="version">4 (MQTT 3.1.1) or 5.</param>
    /// <exception cref="OperationCanceledException">Stopped before there was one.</exception>
    public static async Task<RawMqtt> ConnectAsync(string id, Edge edge, int version = 4, CancellationToken stop = default)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            await poll.WaitForNextTickAsync(stop);
            RawMqtt? connection = null;
            try
            {
                connection = await RawMqtt.Open(edge.Port);
                await connection.Send(RawMqtt.Connect(id, version, clientId: id));
                if (await connection.Read(edge.Patience) is { Header: 0x20, Body: [0, 0, ..] }) return connection;
            }
            catch (Exception notYet) when (notYet is SocketException or IOException or OperationCanceledException)
            {
            }

            connection?.Dispose();
            edge.Move();
        }
    }
}
