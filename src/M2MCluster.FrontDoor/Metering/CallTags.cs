using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace M2MCluster.FrontDoor.Metering;

/// <summary>
/// Adds to ASP.NET Core's own metric of requests which call of m2m.v1 it was and how it ended: over gRPC every answer is 200 otherwise, and a route says little.
/// </summary>
internal static class CallTags
{
    /// <param name="method"><c>/m2m.v1.MessageService/SendMessage</c>.</param>
    public static void Add(HttpContext context, string method, StatusCode code)
    {
        if (context.Features.Get<IHttpMetricsTagsFeature>() is not { } metrics) return;
        metrics.Tags.Add(new("rpc.method", method));
        metrics.Tags.Add(new("rpc.response.status_code", code.ToString()));
    }

    /// <summary>Of a request that was refused before its call was known.</summary>
    public static void AddRefusal(HttpContext context, StatusCode code) =>
        context.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new("rpc.response.status_code", code.ToString()));
}
