using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Protocols.Coap;
using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Coap;

/// <summary>
/// <c>/m2m/bootstrap</c>, which an object asks when it is switched on for the first time (5.2.1). Before it is provisioned it hears 'later' (5.03 with Max-Age), and nothing is
/// kept of it: it may ask as often as it likes. Who merely claims a name cannot tell an object that is not known from one that may not speak so.
/// </summary>
internal sealed class BootstrapIngress(IGrainFactory grains, IOptions<CoapEdgeOptions> options)
{
    public async ValueTask<CoapMessage> Start(CoapCall call)
    {
        if (CoapIdentity.Find(call, out var identity) is { } refusal) return refusal;
        try
        {
            var config = DeviceConfigJson.Write(await grains.GetObject(identity.Target).Config(identity.Speaker));
            var reply = CoapReply.Of(CoapCode.Changed);
            reply.Options.Set(CoapOptionNumber.ContentFormat, CoapContentFormat.Json);
            reply.Payload = config;
            return reply;
        }
        catch (M2MException unassigned) when (unassigned.Code is ErrorCode.NotFound or ErrorCode.PermissionDenied)
        {
            return CoapReply.Later(CoapCode.ServiceUnavailable, options.Value.BootstrapAfter, "not provisioned yet, or not for this connection; ask again later");
        }
    }
}
