using System.Globalization;
using M2MCluster.Contracts.Objects;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Edge.Coap;

/// <summary><c>POST /m2m/radio?suspend=SECONDS</c>: the object is silent until then, or until it is heard of again; without <c>suspend</c> it is back.</summary>
internal sealed class RadioIngress(IGrainFactory grains)
{
    public async ValueTask<CoapMessage> Switch(CoapCall call)
    {
        if (CoapIdentity.Find(call, out var identity) is { } refusal) return refusal;
        var grain = grains.GetObject(identity.Target);
        if (call.Request.Options.GetQuery("suspend"u8) is not { } text)
        {
            await grain.Mailbox(identity.Speaker);
            return CoapReply.Of(CoapCode.Changed);
        }

        if (!uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return CoapReply.Of(CoapCode.BadRequest, "suspend: seconds");
        await grain.Suspend(identity.Speaker, TimeSpan.FromSeconds(seconds));
        call.Session.Shard.Withdraw(call.Session);
        return CoapReply.Of(CoapCode.Changed);
    }
}
