using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace M2MCluster.Device.Demo;

/// <summary>The few calls of the REST API that the demonstration makes, as any application would.</summary>
internal sealed class DemoFrontDoor : IDisposable
{
    private readonly HttpClient _http;

    public DemoFrontDoor(DemoOptions options)
    {
        // A watch has no end, so calls have none by the clock either.
        _http = new HttpClient { BaseAddress = options.FrontDoor, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.Key);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Creates it, unless it is there from an earlier demonstration.</summary>
    public async Task EnsureAsync(string collection, string query, JsonObject body, CancellationToken cancellationToken)
    {
        using var response = await _http.PostAsJsonAsync($"/v1/{collection}?{query}", body, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Conflict) response.EnsureSuccessStatusCode();
    }

    /// <summary>A new secret in place of those of earlier demonstrations.</summary>
    public async Task<string> RenewSecretAsync(string objectId, CancellationToken cancellationToken)
    {
        var all = await _http.GetFromJsonAsync<JsonObject>($"/v1/objects/{objectId}/credentials", cancellationToken).ConfigureAwait(false);
        foreach (var credential in all?["credentials"]?.AsArray() ?? [])
        {
            if (credential?["revokeTime"] is not null) continue;
            using var revoked = await _http.DeleteAsync($"/v1/{credential!["name"]}", cancellationToken).ConfigureAwait(false);
            revoked.EnsureSuccessStatusCode();
        }

        var made = await PostAsync($"/v1/objects/{objectId}/credentials", new JsonObject { ["mqttSecret"] = new JsonObject() }, cancellationToken).ConfigureAwait(false);
        return made["mqttSecret"]!["secret"]!.GetValue<string>();
    }

    /// <summary>The id of the message.</summary>
    public async Task<string> SendAsync(string objectId, string text, CancellationToken cancellationToken)
    {
        var message = new JsonObject
        {
            ["target"] = $"objects/{objectId}",
            ["payload"] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text)),
            ["contentType"] = "text/plain",
            ["confirmation"] = "APPLIED",
            ["ttl"] = "600s",
        };
        var sent = await PostAsync("/v1/messages", message, cancellationToken).ConfigureAwait(false);
        return sent["message"]!["name"]!.GetValue<string>()["messages/".Length..];
    }

    /// <summary>Why the message waits, in a sentence, and until when if that is known.</summary>
    public async Task<string> ExplainAsync(string messageId, CancellationToken cancellationToken)
    {
        var why = await _http.GetFromJsonAsync<JsonObject>($"/v1/messages/{messageId}:explain", cancellationToken).ConfigureAwait(false);
        var summary = why?["summary"]?.GetValue<string>() ?? string.Empty;
        return why?["waitsUntil"]?.GetValue<DateTimeOffset>() is { } until ? $"{summary} Expected at {until.ToLocalTime():HH:mm:ss}." : summary;
    }

    /// <summary>The cursor after all events so far.</summary>
    public async Task<string> SkipAsync(string application, CancellationToken cancellationToken)
    {
        var cursor = string.Empty;
        while (true)
        {
            var page = await _http.GetFromJsonAsync<JsonObject>($"/v1/applications/{application}/events?pageSize=1000&cursor={cursor}", cancellationToken).ConfigureAwait(false);
            cursor = page?["cursor"]?.GetValue<string>() ?? cursor;
            if (page?["events"] is not JsonArray { Count: > 0 }) return cursor;
        }
    }

    /// <summary>The application's events after the cursor as they come, until the connection ends.</summary>
    public async IAsyncEnumerable<JsonNode> WatchAsync(string application, string cursor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/applications/{application}/events:watch?cursor={cursor}");
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
        while (await lines.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.Length > 0 && JsonNode.Parse(line)?["event"] is { } happened) yield return happened;
        }
    }

    private async Task<JsonObject> PostAsync(string path, JsonObject body, CancellationToken cancellationToken)
    {
        using var response = await _http.PostAsJsonAsync(path, body, cancellationToken).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken).ConfigureAwait(false) ?? throw new JsonException("An empty answer.");
    }
}
