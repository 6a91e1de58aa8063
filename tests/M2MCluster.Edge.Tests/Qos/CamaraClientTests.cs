using System.Collections.Concurrent;
using System.Net;
using M2MCluster.Contracts.Qos;
using M2MCluster.Edge.Qos;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Edge.Tests.Qos;

/// <summary>What the adapter makes of a network's answers.</summary>
public sealed class CamaraClientTests : IAsyncLifetime
{
    private const string Session = """{"sessionId":"s1","qosStatus":"AVAILABLE","duration":60,"expiresAt":"2026-03-01T12:01:00Z","qosProfile":"QOS_S"}""";

    private readonly ConcurrentQueue<(int Status, string Body, string? RetryAfter)> _answers = new();
    private readonly ConcurrentQueue<string> _calls = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly string _file = Path.GetTempFileName();
    private WebApplication _app = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(async context =>
        {
            if (context.Request.Path == "/token")
            {
                _calls.Enqueue("token");
                await context.Response.WriteAsync($$"""{"access_token":"token-{{_calls.Count}}","expires_in":300}""");
                return;
            }

            _calls.Enqueue($"{context.Request.Method} {context.Request.Path} {context.Request.Headers.Authorization}");
            Assert.NotEmpty(context.Request.Headers["x-correlator"].ToString());
            var (status, body, retryAfter) = _answers.TryDequeue(out var answer) ? answer : (500, "", null);
            if (retryAfter is not null) context.Response.Headers.RetryAfter = retryAfter;
            context.Response.StatusCode = status;
            if (status != 204) await context.Response.WriteAsync(body);
        });
        await _app.StartAsync();
        await File.WriteAllTextAsync(_file, "from-the-file\n");
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        File.Delete(_file);
    }

    [Theory]
    [InlineData(201, Session, QosAnswerKind.Available)]
    [InlineData(201, """{"sessionId":"s1","qosStatus":"REQUESTED","duration":60}""", QosAnswerKind.Requested)]
    [InlineData(201, "<html>", QosAnswerKind.Silent)]
    [InlineData(400, """{"status":400,"code":"OUT_OF_RANGE","message":"m"}""", QosAnswerKind.Refused)]
    [InlineData(401, """{"status":401,"code":"UNAUTHENTICATED","message":"m"}""", QosAnswerKind.Silent)]
    [InlineData(403, "", QosAnswerKind.Refused)]
    [InlineData(404, """{"status":404,"code":"IDENTIFIER_NOT_FOUND","message":"m"}""", QosAnswerKind.Refused)]
    [InlineData(422, """{"status":422,"code":"QUALITY_ON_DEMAND.QOS_PROFILE_NOT_APPLICABLE","message":"m"}""", QosAnswerKind.ProfileRefused)]
    [InlineData(422, """{"status":422,"code":"SERVICE_NOT_APPLICABLE","message":"m"}""", QosAnswerKind.Refused)]
    [InlineData(500, "", QosAnswerKind.Silent)]
    [InlineData(302, "", QosAnswerKind.Refused)]
    public async Task Open_TheNetworkAnswers_IsUnderstood(int status, string body, QosAnswerKind kind)
    {
        _answers.Enqueue((status, body, null));
        using var client = Client();
        Assert.Equal(kind, (await OpenAsync(client)).Kind);
        Assert.Equal(["POST /qod/sessions Bearer from-the-file"], _calls);
    }

    [Fact]
    public async Task Open_TooManyRequests_TellsHowLongToWait()
    {
        _answers.Enqueue((429, """{"status":429,"code":"TOO_MANY_REQUESTS","message":"m"}""", "17"));
        using var client = Client();
        var answer = await OpenAsync(client);
        Assert.Equal((QosAnswerKind.Silent, TimeSpan.FromSeconds(17), "429 TOO_MANY_REQUESTS: m"), (answer.Kind, answer.RetryAfter, answer.Detail));
    }

    [Fact]
    public async Task Session_IsNotThere_IsGone()
    {
        using var client = Client();
        foreach (var status in new[] { 204, 404 })
        {
            _answers.Enqueue((status, "", null));
            Assert.Equal(QosAnswerKind.Gone, (await client.CloseAsync("s1", CancellationToken.None)).Kind);
        }

        _answers.Enqueue((404, "", null));
        Assert.Equal(QosAnswerKind.Gone, (await client.FindAsync("s1", CancellationToken.None)).Kind);
        _answers.Enqueue((409, """{"status":409,"code":"QUALITY_ON_DEMAND.SESSION_EXTENSION_NOT_ALLOWED","message":"m"}""", null));
        Assert.Equal(QosAnswerKind.Refused, (await client.ExtendAsync("s1", TimeSpan.FromSeconds(60), CancellationToken.None)).Kind);
    }

    [Fact]
    public async Task Token_ByClientCredentials_IsKeptUntilItEndsOrIsRefused()
    {
        using var client = Client(byCredentials: true);
        for (var i = 0; i < 2; i++)
        {
            _answers.Enqueue((201, Session, null));
            await OpenAsync(client);
        }

        Assert.Equal(1, _calls.Count(call => call == "token"));
        _time.Advance(TimeSpan.FromSeconds(280));
        _answers.Enqueue((401, "", null));
        await OpenAsync(client);
        Assert.Equal(2, _calls.Count(call => call == "token"));
        _answers.Enqueue((201, Session, null));
        await OpenAsync(client);
        Assert.Equal(3, _calls.Count(call => call == "token"));
    }

    [Fact]
    public async Task Network_IsNotReached_IsSilentAndNothingIsThrown()
    {
        using var client = Client();
        await _app.StopAsync();
        var answer = await OpenAsync(client);
        Assert.Equal(QosAnswerKind.Silent, answer.Kind);
        Assert.Contains("not reached", answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_AreWrong_AllIsToldAtOnce()
    {
        var options = new QosNetworkOptions();
        options.Bearers[Contracts.Sessions.Bearer.Mqtt] = new() { Network = new() { BaseUrl = "http://api.example.com/qod", SinkUrl = "ftp://x", TokenFile = "/no/such/file", ApplicationServer = "host" } };
        var failures = new QosNetworkOptionsValidator().Validate(null, options).Failures!;
        Assert.Equal(["ApplicationServer", "BaseUrl", "SinkUrl", "TokenFile"], failures.Select(failure => failure.Split(':')[^1].Split(' ')[0]).Order());
        options.Bearers[Contracts.Sessions.Bearer.Mqtt] = new() { Network = new() { BaseUrl = "https://api.example.com/qod/v1", TokenFile = _file, ApplicationServer = "203.0.113.0/28" } };
        Assert.True(new QosNetworkOptionsValidator().Validate(null, options).Succeeded);
    }

    private static async Task<QosAnswer> OpenAsync(CamaraClient client) =>
        await client.OpenAsync(new(new("+491", null, null), "QOS_S", TimeSpan.FromSeconds(60), "sink-token"), CancellationToken.None);

    private CamaraClient Client(bool byCredentials = false)
    {
        var url = _app.Urls.First();
        QosEndpointOptions options = new() { BaseUrl = url + "/qod", ApplicationServer = "203.0.113.10" };
        if (byCredentials) (options.TokenUrl, options.ClientId, options.ClientSecretFile) = (url + "/token", "id", _file);
        else options.TokenFile = _file;
        return new(options, "/sink", _time);
    }
}
