using M2MCluster.Contracts;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Edge.Coap;

/// <summary>Who speaks in a request, and for whom.</summary>
/// <param name="Speaker">The object that speaks: proved by the session, or claimed by <c>?ep=</c> or an earlier registration.</param>
/// <param name="Target">The object that the request is about: the speaker, or the child of <c>?for=</c>.</param>
internal readonly record struct CoapIdentity(Speaker Speaker, string Target)
{
    /// <summary>A refusal, or null and the identity.</summary>
    public static CoapMessage? Find(CoapCall call, out CoapIdentity identity)
    {
        identity = default;
        var session = call.Session;
        var claimed = call.Request.Options.GetQuery("ep"u8);
        if (session.Strength > Strength.Claimed && claimed is not null && claimed != session.Identity) return CoapReply.Of(CoapCode.Forbidden, "ep is not who speaks");
        if ((claimed ?? session.Identity) is not { } speaker) return CoapReply.Of(CoapCode.Unauthorized, "who speaks? give ep");
        var target = call.Request.Options.GetQuery("for"u8) ?? speaker;
        if (!Names.IsId(speaker) || !Names.IsId(target)) return CoapReply.Of(CoapCode.BadRequest, "no such id");
        identity = new(session.Speak(speaker), target);
        return null;
    }
}
