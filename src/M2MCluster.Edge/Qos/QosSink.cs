using M2MCluster.Contracts;
using M2MCluster.Contracts.Qos;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Camara;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace M2MCluster.Edge.Qos;

/// <summary>
/// Where networks tell of changes by themselves (CloudEvents of CAMARA's Quality-on-Demand). Each session has a token of its own, which they show; without it nothing is read.
/// </summary>
internal sealed class QosSink(IGrainFactory grains, IQosNetwork network)
{
    private const string Path = "/qos/notifications/";
    private const int MaxBody = 16 << 10;
    private const string Scheme = "Bearer ";

    // As the grain makes them.
    private const int TokenLength = 32;

    public static string PathOf(Bearer bearer) => Path + bearer.ToString().ToLowerInvariant();

    public void Map(IEndpointRouteBuilder endpoints)
    {
        foreach (var bearer in Enum.GetValues<Bearer>().Where(network.Serves)) endpoints.MapPost(PathOf(bearer), context => TakeAsync(bearer, context));
    }

    private async Task TakeAsync(Bearer bearer, HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || authorization.Length != Scheme.Length + TokenLength) return;
        var body = await ReadAsync(context);
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        if (body is null || QodJson.ReadNotification(body) is not { } session) return;
        var answer = new QosAnswer(CamaraClient.KindOf(session), session.Id, session.ExpiresAt, session.StatusInfo);
        try
        {
            var isKnown = await grains.GetGrain<IQosGrain>((long)bearer).Notified(session.Id, authorization[Scheme.Length..], answer);
            context.Response.StatusCode = isKnown ? StatusCodes.Status204NoContent : StatusCodes.Status401Unauthorized;
        }
        catch (Exception failure) when (failure is M2MException or TimeoutException or OrleansException)
        {
            // The network tells again, or the session is looked at.
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
    }

    /// <summary>Null: it is too long.</summary>
    private static async ValueTask<byte[]?> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        var buffer = new byte[4096];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            if (body.Length + read > MaxBody) return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}
