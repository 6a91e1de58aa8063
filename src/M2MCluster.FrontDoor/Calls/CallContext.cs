using Grpc.Core;
using M2MCluster.FrontDoor.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace M2MCluster.FrontDoor.Calls;

internal static class CallContext
{
    /// <summary>Who calls; the gate has seen to it that somebody does.</summary>
    public static Principal Principal(this ServerCallContext context) => context.GetHttpContext().Principal();

    public static Principal Principal(this HttpContext context) => context.Features.GetRequiredFeature<Principal>();
}
