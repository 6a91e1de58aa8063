using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace M2MCluster.FrontDoor.Tests;

/// <summary>Calls the API by JSON as one caller.</summary>
public sealed class RestClient : IDisposable
{
    public RestClient(Uri address, string? key)
    {
        Http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        if (key is not null) Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public HttpClient Http { get; }

    public Task<RestAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<RestAnswer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    public Task<RestAnswer> PostAsync(string path, string json) => SendAsync(HttpMethod.Post, path, json);

    public Task<RestAnswer> PatchAsync(string path, string json) => SendAsync(HttpMethod.Patch, path, json);

    public async Task<RestAnswer> SendAsync(HttpMethod method, string path, string? json)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await Http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        return new RestAnswer(response.StatusCode, body.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(body));
    }

    public void Dispose() => Http.Dispose();
}

public sealed record RestAnswer(HttpStatusCode Status, JsonElement Body)
{
    /// <summary>The fields that the error tells of, in their order.</summary>
    public IReadOnlyList<string> Violations =>
        [.. Body.GetProperty("details").EnumerateArray()
            .Where(detail => detail.GetProperty("@type").GetString()!.EndsWith("BadRequest", StringComparison.Ordinal))
            .SelectMany(detail => detail.GetProperty("fieldViolations").EnumerateArray())
            .Select(violation => violation.GetProperty("field").GetString()!)];

    public string Reason =>
        Body.GetProperty("details").EnumerateArray()
            .Single(detail => detail.GetProperty("@type").GetString()!.EndsWith("ErrorInfo", StringComparison.Ordinal))
            .GetProperty("reason").GetString()!;
}

public static class RestAnswers
{
    /// <summary>The body of an answer that must be a success.</summary>
    public static async Task<JsonElement> Ok(this Task<RestAnswer> answer)
    {
        var (status, body) = await answer;
        Assert.True(status == HttpStatusCode.OK, $"{(int)status} {body}");
        return body;
    }
}
