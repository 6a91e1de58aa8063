using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace M2MCluster.Testing.Processes;

/// <summary>The front door by JSON over HTTP, as any application would call it.</summary>
public sealed class RestClient : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="timeout">Of a call; 30 s if it is null.</param>
    public RestClient(Uri address, string key, TimeSpan? timeout = null)
    {
        _http = new() { BaseAddress = address, Timeout = timeout ?? TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <exception cref="HttpRequestException">Any other status than success; the message holds the answer.</exception>
    public Task<JsonNode> GetAsync(string path) => CallAsync(HttpMethod.Get, path, null);

    /// <exception cref="HttpRequestException">Any other status than success; the message holds the answer.</exception>
    public Task<JsonNode> PostAsync(string path, object body) => CallAsync(HttpMethod.Post, path, body);

    /// <summary>Imports the objects that the lines describe (NDJSON).</summary>
    /// <exception cref="HttpRequestException">Any other status than success; the message holds the answer.</exception>
    public async Task ImportAsync(string importId, IEnumerable<string> lines)
    {
        using var body = new StringContent(string.Join('\n', lines), System.Text.Encoding.UTF8, "application/x-ndjson");
        using var answer = await _http.PostAsync(new Uri($"v1/objects:import?importId={importId}", UriKind.Relative), body);
        if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    /// <exception cref="HttpRequestException">Any other status than success; the message holds the answer.</exception>
    public Task<JsonNode> PatchAsync(string path, object body) => CallAsync(HttpMethod.Patch, path, body);

    /// <exception cref="HttpRequestException">Any other status than success; the message holds the answer.</exception>
    public Task<JsonNode> DeleteAsync(string path) => CallAsync(HttpMethod.Delete, path, null);

    /// <summary>Asks again until the answer satisfies; fails with the last one after a minute, or as long as it may take.</summary>
    /// <exception cref="TimeoutException"/>
    public async Task<JsonNode> GetUntilAsync(string path, Func<JsonNode, bool> satisfies, TimeSpan? within = null)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var patience = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(60));
        var last = await GetAsync(path);
        while (!satisfies(last))
        {
            try
            {
                await poll.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"{path} stayed {last}");
            }

            last = await GetAsync(path);
        }

        return last;
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonNode> CallAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null) request.Content = JsonContent.Create(body);
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"{method} {path}: {(int)answer.StatusCode} {text}", null, answer.StatusCode);
        return JsonNode.Parse(text.Length == 0 ? "{}" : text)!;
    }
}
