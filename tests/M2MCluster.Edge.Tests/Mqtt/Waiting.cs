using System.Threading.Channels;

namespace M2MCluster.Edge.Tests.Mqtt;

internal static class Waiting
{
    /// <summary>The next item; fails the test, instead of hanging, if none comes in 30 s.</summary>
    public static async Task<T> Next<T>(this Channel<T> channel)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await channel.Reader.ReadAsync(patience.Token);
    }
}
