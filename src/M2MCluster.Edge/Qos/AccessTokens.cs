using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace M2MCluster.Edge.Qos;

/// <summary>The access token of one network: out of a file, or had by client credentials (RFC 6749, 4.4) and kept until shortly before it ends.</summary>
internal sealed class AccessTokens(QosEndpointOptions options, HttpClient http, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _one = new(1);
    private string? _token;
    private DateTimeOffset _until;

    /// <exception cref="HttpRequestException">It is not to be had.</exception>
    public async ValueTask<AuthenticationHeaderValue> GetAsync(CancellationToken cancellation)
    {
        if (options.TokenFile.Length > 0) return new("Bearer", await ReadAsync(options.TokenFile, cancellation));
        await _one.WaitAsync(cancellation);
        try
        {
            if (_token is null || _until <= time.GetUtcNow()) await FetchAsync(cancellation);
            return new("Bearer", _token);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The network did not take it.</summary>
    public void Forget() => _token = null;

    public void Dispose() => _one.Dispose();

    private async ValueTask FetchAsync(CancellationToken cancellation)
    {
        var fields = new Dictionary<string, string> { ["grant_type"] = "client_credentials" };
        if (options.Scope.Length > 0) fields["scope"] = options.Scope;
        using var request = new HttpRequestMessage(HttpMethod.Post, options.TokenUrl) { Content = new FormUrlEncodedContent(fields) };
        var secret = await ReadAsync(options.ClientSecretFile, cancellation);
        var credentials = $"{Uri.EscapeDataString(options.ClientId)}:{Uri.EscapeDataString(secret)}";
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        using var response = await http.SendAsync(request, cancellation);
        response.EnsureSuccessStatusCode();
        try
        {
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
            var lifetime = document.RootElement.TryGetProperty("expires_in", out var seconds) && seconds.TryGetInt32(out var given) ? TimeSpan.FromSeconds(given) : TimeSpan.FromMinutes(5);
            (_token, _until) = (document.RootElement.GetProperty("access_token").GetString(), time.GetUtcNow() + lifetime - Early);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new HttpRequestException("the answer holds no access token", unreadable);
        }
    }

    private static async ValueTask<string> ReadAsync(string file, CancellationToken cancellation)
    {
        try
        {
            return (await File.ReadAllTextAsync(file, cancellation)).Trim();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new HttpRequestException("the credentials' file cannot be read", unreadable);
        }
    }
}
