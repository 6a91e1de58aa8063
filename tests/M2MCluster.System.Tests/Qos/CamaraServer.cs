using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace M2MCluster.System.Tests.Qos;

/// <summary>
/// A network with CAMARA's Quality-on-Demand API, as far as its published definition goes: one session for a device, a token from its own token endpoint, notifications to the sink.
/// It checks what it is sent, so that a client which departs from the definition is refused.
/// </summary>
internal sealed class CamaraServer : IAsyncDisposable
{
    public const string Client = "m2m";
    public const string Secret = "the secret of the tests";

    private const string Token = "token-of-the-tests";
    private static readonly string[] Profiles = ["QOS_S", "QOS_M", "QOS_L", "QOS_NEVER"];

    private readonly HttpClient _sink = new();
    private readonly ConcurrentDictionary<string, JsonObject> _sessions = new();
    private readonly ConcurrentQueue<string> _calls = new();
    private readonly int _port;
    private WebApplication? _app;
    private int _held;

    public CamaraServer(int port) => _port = port;

    /// <summary>What was asked of it, in order: <c>POST +491… QOS_M</c>, <c>DELETE +491…</c>.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    /// <summary>Sessions that hold, by their devices' numbers.</summary>
    public IReadOnlyDictionary<string, string> Holding =>
        _sessions.Values.Where(session => (string)session["qosStatus"]! == "AVAILABLE").ToDictionary(NumberOf, session => (string)session["qosProfile"]!);

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port));
        _app = builder.Build();
        _app.MapPost("/token", GiveTokenAsync);
        _app.MapPost("/qod/v1/sessions", context => WhoMayAsync(context, CreateAsync));
        _app.MapPost("/qod/v1/retrieve-sessions", context => WhoMayAsync(context, RetrieveAsync));
        _app.MapGet("/qod/v1/sessions/{id}", context => WhoMayAsync(context, FindAsync));
        _app.MapDelete("/qod/v1/sessions/{id}", context => WhoMayAsync(context, DeleteAsync));
        _app.MapPost("/qod/v1/sessions/{id}/extend", context => WhoMayAsync(context, ExtendAsync));
        await _app.StartAsync();
    }

    /// <summary>Nothing answers any more; what was granted stays.</summary>
    public async Task StopAsync()
    {
        if (_app is null) return;
        await _app.StopAsync();
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>The network says for so many sessions that it sets them up, and tells later by itself.</summary>
    public void HoldNext(int sessions) => Volatile.Write(ref _held, sessions);

    /// <summary>The device has a session of ours of which the node does not know.</summary>
    public void Plant(string number, string profile)
    {
        var session = new JsonObject
        {
            ["device"] = new JsonObject { ["phoneNumber"] = number }, ["qosProfile"] = profile, ["duration"] = 600, ["qosStatus"] = "AVAILABLE", ["sessionId"] = Guid.NewGuid().ToString(),
        };
        Begin(session);
        _sessions[(string)session["sessionId"]!] = session;
    }

    /// <summary>The network has set the device's session up.</summary>
    public Task MakeAvailableAsync(string number) => ChangeAsync(number, "AVAILABLE", null);

    /// <summary>The network ends the device's session before its time.</summary>
    public Task TerminateAsync(string number) => ChangeAsync(number, "UNAVAILABLE", "NETWORK_TERMINATED");

    /// <summary>Tells the sink what is not so, without the session's token.</summary>
    public async Task<HttpStatusCode> ForgeAsync(string number)
    {
        var session = _sessions.Values.Single(candidate => NumberOf(candidate) == number);
        return await TellAsync(session, "another-token");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _sink.Dispose();
    }

    private async Task ChangeAsync(string number, string status, string? info)
    {
        var session = _sessions.Values.Single(candidate => NumberOf(candidate) == number);
        lock (session)
        {
            session["qosStatus"] = status;
            if (info is not null) session["statusInfo"] = info;
            if (status == "AVAILABLE") Begin(session);
        }

        Assert.Equal(HttpStatusCode.NoContent, await TellAsync(session, (string)session["sinkCredential"]!["accessToken"]!));
    }

    private async Task<HttpStatusCode> TellAsync(JsonObject session, string token)
    {
        var told = new JsonObject
        {
            ["id"] = Guid.NewGuid().ToString(), ["source"] = "/qod", ["specversion"] = "1.0", ["type"] = "org.camaraproject.quality-on-demand.v1.qos-status-changed",
            ["datacontenttype"] = "application/json", ["time"] = DateTimeOffset.UtcNow.ToString("O"),
            ["data"] = new JsonObject { ["sessionId"] = (string)session["sessionId"]!, ["qosStatus"] = (string)session["qosStatus"]!, ["statusInfo"] = (string?)session["statusInfo"] },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, (string)session["sink"]!)
        {
            Content = new StringContent(told.ToJsonString(), new global::System.Net.Http.Headers.MediaTypeHeaderValue("application/cloudevents+json")),
        };
        request.Headers.Authorization = new("Bearer", token);
        using var answer = await _sink.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task GiveTokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var expected = "Basic " + Convert.ToBase64String(global::System.Text.Encoding.UTF8.GetBytes($"{Client}:{Uri.EscapeDataString(Secret)}"));
        if (form["grant_type"] != "client_credentials" || context.Request.Headers.Authorization != expected) context.Response.StatusCode = 401;
        else await context.Response.WriteAsJsonAsync(new { access_token = Token, token_type = "Bearer", expires_in = 3600 });
    }

    private static Task WhoMayAsync(HttpContext context, Func<HttpContext, Task> then) =>
        context.Request.Headers.Authorization == "Bearer " + Token ? then(context) : RefuseAsync(context, 401, "UNAUTHENTICATED");

    private async Task CreateAsync(HttpContext context)
    {
        var body = (JsonObject)(await JsonNode.ParseAsync(context.Request.Body))!;
        var number = NumberOf(body);
        var profile = (string?)body["qosProfile"];
        _calls.Enqueue($"POST {number} {profile}");
        var isWhole = number.StartsWith('+') && IPAddress.TryParse((string?)body["applicationServer"]?["ipv4Address"], out _) && (int?)body["duration"] is > 0
            && (string?)body["sinkCredential"]?["credentialType"] == "ACCESSTOKEN" && (string?)body["sinkCredential"]?["accessTokenType"] == "bearer";
        if (!isWhole || !Profiles.Contains(profile)) await RefuseAsync(context, 400, "INVALID_ARGUMENT");
        else if (profile == "QOS_NEVER") await RefuseAsync(context, 422, "QUALITY_ON_DEMAND.QOS_PROFILE_NOT_APPLICABLE");
        else if (number.EndsWith("403", StringComparison.Ordinal)) await RefuseAsync(context, 403, "PERMISSION_DENIED");
        else if (_sessions.Values.Any(session => NumberOf(session) == number)) await RefuseAsync(context, 409, "CONFLICT");
        else
        {
            body["sessionId"] = Guid.NewGuid().ToString();
            body["qosStatus"] = "REQUESTED";
            if (Interlocked.Decrement(ref _held) < 0)
            {
                Volatile.Write(ref _held, 0);
                body["qosStatus"] = "AVAILABLE";
                Begin(body);
            }

            _sessions[(string)body["sessionId"]!] = body;
            await AnswerAsync(context, 201, body);
        }
    }

    private async Task RetrieveAsync(HttpContext context)
    {
        var number = NumberOf((JsonObject)(await JsonNode.ParseAsync(context.Request.Body))!);
        _calls.Enqueue($"RETRIEVE {number}");
        await context.Response.WriteAsJsonAsync(_sessions.Values.Where(session => NumberOf(session) == number));
    }

    private Task FindAsync(HttpContext context) => SessionOf(context) is { } session ? AnswerAsync(context, 200, session) : RefuseAsync(context, 404, "NOT_FOUND");

    private Task DeleteAsync(HttpContext context)
    {
        if (!_sessions.TryRemove((string)context.Request.RouteValues["id"]!, out var session)) return RefuseAsync(context, 404, "NOT_FOUND");
        _calls.Enqueue($"DELETE {NumberOf(session)}");
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private async Task ExtendAsync(HttpContext context)
    {
        var by = (int?)(await JsonNode.ParseAsync(context.Request.Body))!["requestedAdditionalDuration"];
        if (SessionOf(context) is not { } session) await RefuseAsync(context, 404, "NOT_FOUND");
        else if ((string)session["qosStatus"]! != "AVAILABLE" || by is not > 0) await RefuseAsync(context, 409, "QUALITY_ON_DEMAND.SESSION_EXTENSION_NOT_ALLOWED");
        else
        {
            _calls.Enqueue($"EXTEND {NumberOf(session)}");
            lock (session)
            {
                session["duration"] = (int)session["duration"]! + by.Value;
                session["expiresAt"] = ((DateTimeOffset)session["expiresAt"]!).AddSeconds(by.Value).ToString("O");
            }

            await AnswerAsync(context, 200, session);
        }
    }

    private JsonObject? SessionOf(HttpContext context) => _sessions.GetValueOrDefault((string)context.Request.RouteValues["id"]!);

    private static void Begin(JsonObject session)
    {
        session["startedAt"] = DateTimeOffset.UtcNow.ToString("O");
        session["expiresAt"] = DateTimeOffset.UtcNow.AddSeconds((int)session["duration"]!).ToString("O");
    }

    private static string NumberOf(JsonObject session) => (string?)session["device"]?["phoneNumber"] ?? "";

    private static Task AnswerAsync(HttpContext context, int status, JsonObject session)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        lock (session) return context.Response.WriteAsync(session.ToJsonString());
    }

    private static Task RefuseAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { status, code, message = "said by the test" });
    }
}
