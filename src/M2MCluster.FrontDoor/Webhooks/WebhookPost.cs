using System.Net;
using System.Net.Http.Headers;
using M2MCluster.FrontDoor.Events;
using M2MCluster.FrontDoor.Metering;
using Microsoft.Extensions.Options;

namespace M2MCluster.FrontDoor.Webhooks;

/// <summary>Posts single events (CloudEvents HTTP binding, structured mode). Follows no redirects and uses no proxy.</summary>
internal sealed class WebhookPost : IDisposable
{
    private readonly HttpClient _client;
    private readonly SemaphoreSlim _free;
    private readonly FeedMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;

    public WebhookPost(WebhookTargets targets, IOptions<FrontDoorOptions> options, FeedMetrics metrics, TimeProvider time)
    {
        var webhooks = options.Value.Webhooks;
        _metrics = metrics;
        _time = time;
        _timeout = webhooks.Timeout;
        _free = new SemaphoreSlim(webhooks.Concurrency);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectCallback = targets.ConnectAsync,
            // The header is the event's own, whatever runs here.
            ActivityHeadersPropagator = null,
            // A receiver that moves is found again by its name.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <param name="traceParent">The event's trace, which the receiver may go on with; null: none.</param>
    public async Task<WebhookAnswer> SendAsync(Uri target, ReadOnlyMemory<byte> cloudEvent, string? traceParent, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        var start = _time.GetTimestamp();
        var (accepted, answered) = (false, false);
        try
        {
            using var span = CallTrace.BeginPost(traceParent);
            using var deadline = new CancellationTokenSource(_timeout, _time);
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
            using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new ReadOnlyMemoryContent(cloudEvent) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(EventJson.ContentType, "utf-8");
            if ((span?.Id ?? traceParent) is { } trace) request.Headers.TryAddWithoutValidation("traceparent", trace);
            // The status alone counts: a body, of whatever length, is not read.
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ends.Token);
            (accepted, answered) = (response.IsSuccessStatusCode, true);
            var retryAfter = response.Headers.RetryAfter is { } retry ? retry.Delta ?? retry.Date - _time.GetUtcNow() : null;
            return new(response.IsSuccessStatusCode, response.StatusCode == HttpStatusCode.Gone, retryAfter, ((int)response.StatusCode).ToString());
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(false, false, null, "no answer in time");
        }
        catch (HttpRequestException failure)
        {
            return new(false, false, null, failure.HttpRequestError.ToString());
        }
        finally
        {
            if (!cancellation.IsCancellationRequested) _metrics.Posted(accepted, answered, _time.GetElapsedTime(start));
            _free.Release();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _free.Dispose();
    }
}
