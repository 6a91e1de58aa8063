using System.Text;
using M2MCluster.FrontDoor.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace M2MCluster.FrontDoor.OpenApi;

/// <summary>Serves the document to everybody: it is the same for all installations, and tells nothing of this one.</summary>
internal static class OpenApiEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var document = new Lazy<byte[]>(() => Encoding.UTF8.GetBytes(OpenApiDocument.Build().ToJsonString(Format)));
        endpoints.MapGet("/openapi.json", (HttpContext context) =>
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            return context.Response.Body.WriteAsync(document.Value, context.RequestAborted).AsTask();
        });
    }

    private static readonly System.Text.Json.JsonSerializerOptions Format = new() { Encoder = JsonValues.Compact.Encoder };
}
