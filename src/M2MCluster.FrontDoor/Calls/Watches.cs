using Grpc.Core;

namespace M2MCluster.FrontDoor.Calls;

internal static class Watches
{
    /// <summary>Says at once that the watch stands: the first item may be long in coming.</summary>
    public static async Task StartAsync(ServerCallContext context)
    {
        var http = context.GetHttpContext();
        if (ErrorResponse.IsGrpc(http.Request))
        {
            await context.WriteResponseHeadersAsync([]);
            return;
        }

        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.Body.FlushAsync(context.CancellationToken);
    }
}
