using System.Net;

namespace M2MCluster.Host;

/// <summary>
/// Asks the node with the same settings whether it is ready (<c>--health</c>): for health checks that are commands, where the image has no
/// other program to ask with.
/// </summary>
internal static class HealthQuestion
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>0: ready; 1: not, or nobody answers, and standard error says which.</summary>
    public static async Task<int> AskAsync()
    {
        var management = (Configured.ByEnvironment().GetSection(NodeOptions.Section).Get<NodeOptions>() ?? new()).Management;
        try
        {
            using var http = new HttpClient { Timeout = Patience };
            using var answer = await http.GetAsync(new UriBuilder("http", OwnAddress.Of(management.Address).ToString(), management.Port, "/health/ready").Uri);
            if (answer.StatusCode == HttpStatusCode.OK) return 0;
            await Console.Error.WriteLineAsync($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
        catch (Exception away) when (away is HttpRequestException or OperationCanceledException or FormatException)
        {
            await Console.Error.WriteLineAsync(away.Message);
        }

        return 1;
    }
}
