using M2MCluster.Contracts.Objects;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Blockwise;

namespace M2MCluster.Edge.Coap;

/// <summary><c>/m2m/config</c>: how the object is to behave. It has an entity tag, so that asking again costs a 2.03.</summary>
internal sealed class ConfigIngress(IGrainFactory grains)
{
    // A device that asks once a day hears in time of what an operator changes.
    private const uint MaxAge = 3600;

    public async ValueTask<CoapMessage> Get(CoapCall call)
    {
        if (CoapIdentity.Find(call, out var identity) is { } refusal) return refusal;
        var body = DeviceConfigJson.Write(await grains.GetObject(identity.Target).Config(identity.Speaker));
        var reply = CoapReply.Content(call.Request, body, CoapContentFormat.Json, CoapETag.Of(body));
        if (reply.Code.IsSuccess) reply.Options.Set(CoapOptionNumber.MaxAge, MaxAge);
        return reply;
    }
}
