using System.Collections.Concurrent;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Load;

/// <summary>An application that sends messages and asks again, under the same request id, until each is accepted.</summary>
internal sealed class Sender(string target, string confirmation)
{
    /// <summary>The names of the accepted messages by request.</summary>
    public ConcurrentDictionary<string, string> Accepted { get; } = new();

    /// <summary>Called with each message's name when it is accepted.</summary>
    public Action<string>? OnAccepted { get; set; }

    public string Target => target;

    /// <param name="rest">The front door, which is another one after a restart, or for the next try.</param>
    /// <param name="each">Between two messages; 20 ms by default.</param>
    public async Task RunAsync(Func<RestClient> rest, CancellationToken stop, TimeSpan? each = null)
    {
        using var pace = new PeriodicTimer(each ?? TimeSpan.FromMilliseconds(20));
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var request = $"{target}-{number}";
            while (!Accepted.ContainsKey(request))
            {
                await pace.WaitForNextTickAsync(CancellationToken.None);
                try
                {
                    var answer = await rest().PostAsync(
                        "v1/messages", new { target = $"objects/{target}", payload = "aGk=", contentType = "text/plain", ttl = "3600s", confirmation, requestId = request });
                    Accepted[request] = (string)answer["message"]!["name"]!;
                    OnAccepted?.Invoke(Accepted[request]);
                }
                catch (Exception broken) when (broken is HttpRequestException { StatusCode: null or global::System.Net.HttpStatusCode.ServiceUnavailable or global::System.Net.HttpStatusCode.GatewayTimeout }
                    or OperationCanceledException or ObjectDisposedException)
                {
                    // Whether it was accepted is not known, so the same is asked again.
                }
            }
        }
    }
}
