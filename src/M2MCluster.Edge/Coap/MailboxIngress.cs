using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.LinkFormat;

namespace M2MCluster.Edge.Coap;

/// <summary><c>/m2m/mailbox</c>: what waits, the messages themselves, and their results.</summary>
internal sealed class MailboxIngress(IGrainFactory grains, CoapChannels channels)
{
    public async ValueTask<CoapMessage> List(CoapCall call)
    {
        if (CoapIdentity.Find(call, out var identity) is { } refusal) return refusal;
        var grain = grains.GetObject(identity.Target);
        var observe = call.Request.Options.Observe;
        if (observe == CoapObserve.Deregister) call.Session.Shard.Unobserve(call.Session, call.Request.Token);

        // Attached before the list is read, so that nothing that comes in between is missed.
        var firstBlock = (call.Request.Options.Block2?.Number ?? 0) == 0;
        long? epoch = observe == CoapObserve.Register && firstBlock
            ? await grain.Attach(identity.Speaker, channels.For(call.Session, ChannelTraits.Notices), null)
            : null;
        var reply = CoapReply.Content(call.Request, Write(await grain.Mailbox(identity.Speaker), identity.Target), CoapContentFormat.LinkFormat);
        if (epoch is not null && reply.Code.IsSuccess)
        {
            var observation = new MailboxObservation(call.Session, call.Request, identity, epoch.Value, this);
            call.Session.Shard.Observe(observation);
            reply.Options.Add(CoapOptionNumber.Observe, observation.NextSequence());
        }

        return reply;
    }

    /// <summary>The mailbox as a notification has it.</summary>
    public async ValueTask<CoapMessage> Notify(MailboxObservation observation) =>
        CoapReply.Content(
            observation.Request,
            Write(await grains.GetObject(observation.Identity.Target).Mailbox(observation.Identity.Speaker), observation.Identity.Target),
            CoapContentFormat.LinkFormat);

    /// <summary>The observer is gone, and with it the session's channel; one that still serves requests is attached again.</summary>
    public async Task Leave(MailboxObservation observation)
    {
        var grain = grains.GetObject(observation.Identity.Target);
        await grain.Detach(Bearer.Coap, observation.Epoch);
        if (observation.Session.ServesRequests) await grain.Attach(observation.Identity.Speaker, channels.For(observation.Session, ChannelTraits.Requests), null);
    }

    public async ValueTask<CoapMessage> Next(CoapCall call)
    {
        if (CoapIdentity.Find(call, out var identity) is { } refusal) return refusal;
        var message = await grains.GetObject(identity.Target).Fetch(identity.Speaker, null);
        return message is null ? CoapReply.Of(CoapCode.NotFound) : Show(call.Request, message);
    }

    public async ValueTask<CoapMessage> Get(CoapCall call)
    {
        if (CoapIdentity.Find(call, out var identity) is { } refusal) return refusal;
        if (!MessageId.TryParse(call.Route.Id, out var id)) return CoapReply.Of(CoapCode.NotFound);
        var message = await grains.GetObject(identity.Target).Fetch(identity.Speaker, id);
        return message is null ? CoapReply.Of(CoapCode.NotFound) : Show(call.Request, message);
    }

    public async ValueTask<CoapMessage> Result(CoapCall call)
    {
        if (CoapIdentity.Find(call, out var identity) is { } refusal) return refusal;
        if (!MessageId.TryParse(call.Route.Id, out var id)) return CoapReply.Of(CoapCode.NotFound);
        var said = call.Request.Options.GetQuery("result"u8);
        if (said is not ("ok" or "error")) return CoapReply.Of(CoapCode.BadRequest, "result: ok or error");
        var result = new MessageResult(said == "ok", ContentTypeOf(call.Request.Options), call.Body.IsEmpty ? null : call.Body.ToArray());
        return CoapReply.Of(await grains.GetObject(identity.Target).Result(identity.Speaker, id, result) switch
        {
            ResultReceipt.Recorded or ResultReceipt.Repeated => CoapCode.Changed,
            ResultReceipt.Conflict => CoapCode.Conflict,
            _ => CoapCode.NotFound,
        });
    }

    /// <summary>The media type of a payload; null where none is told. An unknown format is told by its number.</summary>
    internal static string? ContentTypeOf(CoapOptions options) => options.ContentFormat is { } format
        ? CoapContentFormat.ToMediaType(format) ?? string.Create(CultureInfo.InvariantCulture, $"application/octet-stream; coap-format={format}")
        : null;

    /// <summary>What an object is to do for a transaction, as <see cref="CoapOptionNumber.Transaction"/> has it.</summary>
    internal static string TextOf(TransactionMark mark) => $"{mark.Verb.ToString().ToLowerInvariant()} {mark.Part}";

    private static CoapMessage Show(CoapMessage request, WaitingMessage message)
    {
        var etag = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(etag, message.Id.Value);
        var reply = CoapReply.Content(request, message.Payload, CoapContentFormat.OfMediaType(message.ContentType), etag);
        if (!reply.Code.IsSuccess) return reply;
        reply.Options.Set(CoapOptionNumber.MaxAge, 0);
        if (message.Transaction is { } mark && reply.Code == CoapCode.Content) reply.Options.Add(CoapOptionNumber.Transaction, TextOf(mark));
        if (message.Command is { } command && reply.Code == CoapCode.Content) reply.Options.Add(CoapOptionNumber.Command, $"{command.Method} {command.Path}");
        if (message.From is { } from && reply.Code == CoapCode.Content) reply.Options.Add(CoapOptionNumber.From, from);
        return reply;
    }

    private static byte[] Write(ImmutableArray<MailboxEntry> entries, string owner)
    {
        var links = new List<Link>(entries.Length);
        foreach (var entry in entries)
        {
            var attributes = new List<LinkAttribute>(4);
            if (CoapContentFormat.OfMediaType(entry.ContentType) is { } format) attributes.Add(new("ct", format.ToString(CultureInfo.InvariantCulture)));
            else attributes.Add(new("type", entry.ContentType));
            attributes.Add(new("sz", entry.Size.ToString(CultureInfo.InvariantCulture)));
            attributes.Add(new("pri", entry.Priority.ToString(CultureInfo.InvariantCulture)));
            if (entry.Transaction is { } mark) attributes.Add(new("tx", TextOf(mark)));
            if (entry.ObjectId != owner) attributes.Add(new("for", entry.ObjectId));
            links.Add(new Link($"/m2m/mailbox/{entry.Id}", attributes));
        }

        return Encoding.UTF8.GetBytes(LinkFormatWriter.Write(links));
    }
}
