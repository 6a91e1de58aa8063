using System.Globalization;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Edge.Coap;

/// <summary><c>POST /m2m/messages?to=NAME</c>: a message to another object; 2.01 once it is on disk.</summary>
internal sealed class PeerIngress(IGrainFactory grains)
{
    private const string Octets = "application/octet-stream";

    public async ValueTask<CoapMessage> Send(CoapCall call)
    {
        if (CoapIdentity.Find(call, out var identity) is { } refusal) return refusal;
        var options = call.Request.Options;
        if (options.GetQuery("to"u8) is not { Length: > 0 } to) return CoapReply.Of(CoapCode.BadRequest, "to");
        if (Number(options.GetQuery("pri"u8), 0, 0, 7) is not { } priority) return CoapReply.Of(CoapCode.BadRequest, "pri: 0 to 7");
        if (Number(options.GetQuery("ttl"u8), (uint)PeerSending.DefaultTimeToLive.TotalSeconds, 1, 31_536_000) is not { } ttl) return CoapReply.Of(CoapCode.BadRequest, "ttl: seconds");
        if (ConfirmationOf(options.GetQuery("confirmation"u8)) is not { } confirmation) return CoapReply.Of(CoapCode.BadRequest, "confirmation: none, delivered or applied");
        var draft = new MessageDraft(
            "", MailboxIngress.ContentTypeOf(options) ?? Octets, call.Body.ToArray(), TimeSpan.FromSeconds(ttl), (int)priority, confirmation);
        var receipt = await PeerSending.SendAsync(grains, identity.Speaker, identity.Target, to, options.GetQuery("id"u8), draft);
        var reply = CoapReply.Of(CoapCode.Created);
        reply.Options.Add(CoapOptionNumber.LocationPath, "m2m");
        reply.Options.Add(CoapOptionNumber.LocationPath, "messages");
        reply.Options.Add(CoapOptionNumber.LocationPath, receipt.Message.Id.ToString());
        return reply;
    }

    private static Confirmation? ConfirmationOf(string? text) => text switch
    {
        null or "delivered" => Confirmation.Delivered,
        "applied" => Confirmation.Applied,
        "none" => Confirmation.None,
        _ => null,
    };

    private static uint? Number(string? text, uint ifNone, uint least, uint most) =>
        text is null ? ifNone : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;
}
