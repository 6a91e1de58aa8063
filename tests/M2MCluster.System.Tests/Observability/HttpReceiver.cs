using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Observability;

/// <summary>Takes whatever is posted, answers 200, and keeps it, with the time.</summary>
internal sealed class HttpReceiver : IAsyncDisposable
{
    private readonly HttpListener _listener;
    private readonly ConcurrentQueue<(string Path, string? TraceParent, byte[] Body, DateTimeOffset At)> _received = new();
    private readonly Task _serving;

    private HttpReceiver(HttpListener listener, Uri address)
    {
        _listener = listener;
        Address = address;
        _serving = ServeAsync();
    }

    public Uri Address { get; }

    public IReadOnlyCollection<(string Path, string? TraceParent, byte[] Body, DateTimeOffset At)> Received => _received;

    public static HttpReceiver Start()
    {
        while (true)
        {
            var address = new Uri($"http://127.0.0.1:{Ports.Take()}/");
            var listener = new HttpListener { Prefixes = { address.ToString() } };
            try
            {
                listener.Start();
                return new(listener, address);
            }
            catch (HttpListenerException)
            {
                // Another program took the port.
                listener.Close();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                _received.Enqueue((context.Request.Url!.AbsolutePath, context.Request.Headers["traceparent"], body.ToArray(), DateTimeOffset.UtcNow));
                context.Response.Close();
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
            {
                if (!_listener.IsListening) return;
            }
        }
    }
}
