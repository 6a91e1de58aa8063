using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Observability;

/// <summary>
/// A real Prometheus with this repository's configuration. Only the target is another one, and time runs thirty times as fast: scrape interval, windows and the time for
/// which an alert waits are all divided by that.
/// </summary>
internal sealed partial class PrometheusServer : IAsyncDisposable
{
    private const int Speed = 30;

    // What has to hold for a while begins anew where a busy machine misses a scrape.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("m2m-prometheus-").FullName;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private Process? _process;

    public static async Task<PrometheusServer> StartAsync(string program, int target)
    {
        var server = new PrometheusServer();
        try
        {
            server.Configure(target);
            while (!await server.TryStartAsync(program))
            {
                // Another program took the port.
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The values of the query's series that are numbers. Variables and macros are replaced as Grafana does.</summary>
    public async Task<IReadOnlyList<double>> QueryAsync(string query)
    {
        // Grafana: four scrape intervals.
        var expression = Fast(query.Replace("$__rate_interval", "60s", StringComparison.Ordinal).Replace("$instance", ".*", StringComparison.Ordinal));
        using var answer = await _http.GetAsync(new Uri("api/v1/query?query=" + Uri.EscapeDataString(expression), UriKind.Relative));
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        if ((string?)body["status"] != "success") throw new InvalidOperationException($"{expression}: {body["error"]}");
        return [.. body["data"]!["result"]!.AsArray().Select(series => double.Parse((string)series!["value"]![1]!, CultureInfo.InvariantCulture)).Where(double.IsFinite)];
    }

    public async Task<bool> IsFiringAsync(string alert) => (await QueryAsync($"ALERTS{{alertname=\"{alert}\",alertstate=\"firing\"}}")).Count > 0;

    public Task WaitUntilFiringAsync(string alert) => WaitAsync(() => IsFiringAsync(alert), $"{alert} does not fire");

    public Task WaitUntilQuietAsync(string alert) => WaitAsync(async () => !await IsFiringAsync(alert), $"{alert} does not end");

    public static async Task WaitAsync(Func<Task<bool>> condition, string otherwise)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        while (!await condition())
        {
            try
            {
                await poll.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException(otherwise);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Configure(int target)
    {
        var configuration = File.ReadAllText(Path.Combine(Rules.Folder, "prometheus.yml"));
        File.WriteAllText(Path.Combine(_folder, "prometheus.yml"), Targets().Replace(Fast(configuration), $"targets: [\"127.0.0.1:{target}\"]"));
        Directory.CreateDirectory(Path.Combine(_folder, "rules"));
        foreach (var rules in Rules.Files) File.WriteAllText(Path.Combine(_folder, "rules", Path.GetFileName(rules)), Fast(File.ReadAllText(rules)));
    }

    private async Task<bool> TryStartAsync(string program)
    {
        var port = Ports.Take();
        _process = Process.Start(new ProcessStartInfo(program,
        [
            $"--config.file={_folder}/prometheus.yml", $"--storage.tsdb.path={_folder}/data", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
        ])
        {
            WorkingDirectory = _folder,
        })!;
        var address = new Uri($"http://127.0.0.1:{port}/");
        await WaitAsync(async () => _process.HasExited || await IsReadyAsync(address), "Prometheus is not ready");
        if (_process.HasExited) return false;
        _http.BaseAddress = address;
        return true;
    }

    private static async Task<bool> IsReadyAsync(Uri address)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var answer = await http.GetAsync(new Uri(address, "-/ready"));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception notYet) when (notYet is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private static string Fast(string text) => Durations().Replace(text, match =>
    {
        var unit = match.Groups["unit"].Value switch { "s" => 1000, "m" => 60_000, "h" => 3_600_000, _ => 86_400_000 };
        return $"{long.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture) * unit / Speed}ms";
    });

    [GeneratedRegex(@"(?<=\[|offset |for: |_interval: )(?<number>\d+)(?<unit>[smhd])\b")]
    private static partial Regex Durations();

    [GeneratedRegex(@"targets: \[.*\]")]
    private static partial Regex Targets();
}
