using System.Net;
using System.Net.Http.Headers;
using M2MCluster.Contracts.Qos;
using M2MCluster.Protocols.Camara;

namespace M2MCluster.Edge.Qos;

/// <summary>One network's Quality-on-Demand API. Follows no redirects; answers of more than 64 KiB are none.</summary>
internal sealed class CamaraClient : IDisposable
{
    private const int MaxAnswer = 64 << 10;
    private const int MostConnections = 32;

    private readonly QosEndpointOptions _options;
    private readonly Uri? _sink;
    private readonly HttpClient _http;
    private readonly AccessTokens _tokens;
    private readonly TimeProvider _time;

    public CamaraClient(QosEndpointOptions options, string sinkPath, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _sink = options.SinkUrl.Length > 0 ? new Uri(options.SinkUrl.TrimEnd('/') + sinkPath) : null;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxConnectionsPerServer = MostConnections })
        {
            // Each call has its caller's deadline.
            Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswer,
        };
        _tokens = new(options, _http, time);
    }

    public async ValueTask<QosAnswer> OpenAsync(QosSessionRequest request, CancellationToken cancellation)
    {
        var draft = new QodSessionDraft(
            request.Device.PhoneNumber, request.Device.Address, request.Device.Port, _options.ApplicationServer, request.Profile, (int)Math.Ceiling(request.Duration.TotalSeconds),
            _sink, request.SinkToken, _time.GetUtcNow() + request.Duration + TimeSpan.FromHours(1));
        var (status, answer) = await SendAsync(HttpMethod.Post, "/sessions", QodJson.WriteSession(draft), cancellation);
        return status == HttpStatusCode.Conflict ? await TakeOverAsync(draft, answer, cancellation) : answer;
    }

    public async ValueTask<QosAnswer> FindAsync(string session, CancellationToken cancellation) => (await SendAsync(HttpMethod.Get, PathOf(session), null, cancellation)).Answer;

    public async ValueTask<QosAnswer> ExtendAsync(string session, TimeSpan by, CancellationToken cancellation) =>
        (await SendAsync(HttpMethod.Post, PathOf(session) + "/extend", QodJson.WriteExtension((int)Math.Max(1, by.TotalSeconds)), cancellation)).Answer;

    public async ValueTask<QosAnswer> CloseAsync(string session, CancellationToken cancellation) => (await SendAsync(HttpMethod.Delete, PathOf(session), null, cancellation)).Answer;

    public void Dispose()
    {
        _tokens.Dispose();
        _http.Dispose();
    }

    /// <summary>
    /// The device has a session already: one whose making was not heard of, by a silo that is gone. The network shows only our own; that of the same profile goes on, and others give way.
    /// </summary>
    private async ValueTask<QosAnswer> TakeOverAsync(QodSessionDraft draft, QosAnswer conflict, CancellationToken cancellation)
    {
        var (status, body, _) = await CallAsync(HttpMethod.Post, "/retrieve-sessions", QodJson.WriteDevice(draft), cancellation);
        if (status != HttpStatusCode.OK || QodJson.ReadSessions(body) is not { Count: > 0 } sessions) return conflict;
        if (sessions.FirstOrDefault(session => session.Profile == draft.Profile && session.Status != "UNAVAILABLE") is { } same) return AnswerOf(same);
        foreach (var other in sessions) await CloseAsync(other.Id, cancellation);
        return (await SendAsync(HttpMethod.Post, "/sessions", QodJson.WriteSession(draft), cancellation)).Answer;
    }

    private async ValueTask<(HttpStatusCode? Status, QosAnswer Answer)> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellation)
    {
        try
        {
            var (status, answer, retryAfter) = await CallAsync(method, path, body, cancellation);
            if (status == HttpStatusCode.NoContent || status == HttpStatusCode.NotFound && method != HttpMethod.Post) return (status, new(QosAnswerKind.Gone));
            if ((int)status is >= 200 and < 300)
                return (status, QodJson.ReadSession(answer) is { } session ? AnswerOf(session) : new(QosAnswerKind.Silent, Detail: "the network's answer cannot be read"));
            return (status, AnswerOf(QodJson.ReadError((int)status, answer), retryAfter));
        }
        catch (HttpRequestException failure)
        {
            return (null, new(QosAnswerKind.Silent, Detail: $"the network's adapter is not reached: {failure.HttpRequestError}"));
        }
    }

    private async ValueTask<(HttpStatusCode Status, byte[] Body, TimeSpan? RetryAfter)> CallAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, _options.BaseUrl.TrimEnd('/') + path);
        request.Headers.Authorization = await _tokens.GetAsync(cancellation);
        request.Headers.TryAddWithoutValidation("x-correlator", Guid.NewGuid().ToString());
        if (body is not null) request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await _http.SendAsync(request, cancellation);
        if (response.StatusCode == HttpStatusCode.Unauthorized) _tokens.Forget();
        var retryAfter = response.Headers.RetryAfter is { } retry ? retry.Delta ?? retry.Date - _time.GetUtcNow() : null;
        return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellation), retryAfter);
    }

    private static QosAnswer AnswerOf(QodSession session) => new(KindOf(session), session.Id, session.ExpiresAt, session.StatusInfo);

    public static QosAnswerKind KindOf(QodSession session) => session.Status switch
    {
        "AVAILABLE" => QosAnswerKind.Available,
        "REQUESTED" => QosAnswerKind.Requested,
        _ => QosAnswerKind.Unavailable,
    };

    // What may pass by itself is asked again: no time (429), a token that ran out (401), the network's own troubles.
    private static QosAnswer AnswerOf(QodError error, TimeSpan? retryAfter)
    {
        var detail = $"{error.Status} {error.Code}: {error.Message}";
        return error.Status switch
        {
            401 or 408 or 429 or >= 500 => new(QosAnswerKind.Silent, Detail: detail, RetryAfter: retryAfter),
            422 when error.Code.EndsWith("QOS_PROFILE_NOT_APPLICABLE", StringComparison.Ordinal) => new(QosAnswerKind.ProfileRefused, Detail: detail),
            _ => new(QosAnswerKind.Refused, Detail: detail),
        };
    }

    private static string PathOf(string session) => "/sessions/" + Uri.EscapeDataString(session);
}
