using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace M2MCluster.FrontDoor.Tests;

/// <summary>An HTTP server that takes events and answers as it is told.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<(JsonElement Event, int Answered)> _received = Channel.CreateUnbounded<(JsonElement, int)>();

    private WebhookReceiver(Func<JsonElement, int> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.MapPost("/hook", async (HttpContext context) =>
        {
            Assert.Equal("application/cloudevents+json; charset=utf-8", context.Request.ContentType);
            var item = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body);
            context.Response.StatusCode = answer(item);
            await _received.Writer.WriteAsync((item, context.Response.StatusCode));
        });
    }

    public string Url => _app.Urls.First() + "/hook";

    public static async Task<WebhookReceiver> StartAsync(Func<JsonElement, int> answer)
    {
        var receiver = new WebhookReceiver(answer);
        await receiver._app.StartAsync();
        return receiver;
    }

    public async Task<(JsonElement Event, int Answered)> NextAsync() => await _received.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
