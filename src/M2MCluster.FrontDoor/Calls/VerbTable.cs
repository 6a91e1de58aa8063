using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;

namespace M2MCluster.FrontDoor.Calls;

/// <summary>By which verbs a path of the API can be called.</summary>
internal static class VerbTable
{
    public static IReadOnlyList<string> VerbsAt(HttpContext context)
    {
        var path = context.Request.Path;
        // A custom method that is not there (ID:what) would be taken for a resource whose id has a colon.
        if (HttpMethods.IsPost(context.Request.Method) && path.Value!.LastIndexOf(':') > path.Value.LastIndexOf('/')) return [];
        var verbs = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var endpoint in context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is not { HttpMethods.Count: > 0 } methods) continue;
            var template = new RouteTemplate(endpoint.RoutePattern);
            if (new TemplateMatcher(template, new RouteValueDictionary(endpoint.RoutePattern.Defaults)).TryMatch(path, [])) verbs.UnionWith(methods.HttpMethods);
        }

        return [.. verbs];
    }
}
