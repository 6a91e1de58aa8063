using System.Net.Sockets;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Crash;

/// <summary>Connections that are tried until there is one.</summary>
internal static class StubbornMqtt
{
    public static async Task<RawMqtt> ConnectAsync(string id, int port)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            await poll.WaitForNextTickAsync();
            RawMqtt? connection = null;
            try
            {
                connection = await RawMqtt.Open(port);
                await connection.Send(RawMqtt.Connect(id, clientId: id));
                if (await connection.Hear() == "20 0000") return connection;
            }
            catch (Exception notYet) when (notYet is SocketException or IOException or OperationCanceledException)
            {
            }

            connection?.Dispose();
        }
    }
}
