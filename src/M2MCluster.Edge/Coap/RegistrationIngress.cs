using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Blockwise;
using M2MCluster.Protocols.LinkFormat;

namespace M2MCluster.Edge.Coap;

/// <summary>The resource directory's registration interface (RFC 9176 section 5), <c>/rd</c>.</summary>
internal sealed class RegistrationIngress(IGrainFactory grains, CoapChannels channels)
{
    private const uint DefaultLifetime = 90_000;

    public async ValueTask<CoapMessage> Register(CoapCall call)
    {
        var endpoint = call.Request.Options.GetQuery("ep"u8) ?? (call.Session.Strength > Strength.Claimed ? call.Session.Identity : null);
        if (endpoint is null || !Names.IsId(endpoint)) return CoapReply.Of(CoapCode.BadRequest, "ep");
        if (ReadDraft(call, TimeSpan.FromSeconds(DefaultLifetime), string.Empty, out var draft) is { } refusal) return refusal;
        var servesRequests = draft.Links!.Length > 0;
        draft = draft with { Channel = servesRequests ? channels.For(call.Session, ChannelTraits.Requests) : null };
        var registration = await InTheNameOf(call, endpoint, call.Session.Identity, (grain, speaker) => grain.Register(speaker, draft));
        if (call.Session.Identity == endpoint)
        {
            call.Session.ServesRequests = servesRequests;
            call.Session.MaxDatagram = MaxDatagramOf(draft);
        }

        var reply = CoapReply.Of(CoapCode.Created);
        reply.Options.Add(CoapOptionNumber.LocationPath, "rd");
        reply.Options.Add(CoapOptionNumber.LocationPath, registration.Id);
        return reply;
    }

    public async ValueTask<CoapMessage> Update(CoapCall call)
    {
        if (!RegistrationId.TryGetObject(call.Route.Id, out var endpoint)) return CoapReply.Of(CoapCode.NotFound);
        if (ReadDraft(call, null, null, out var draft) is { } refusal) return refusal;
        var serves = draft.Links is null ? call.Session.ServesRequests : draft.Links.Length > 0;
        draft = draft with { Channel = serves ? channels.For(call.Session, ChannelTraits.Requests) : null };
        var registration = await InTheNameOf(call, endpoint, SpeakerOf(call), (grain, speaker) => grain.UpdateRegistration(speaker, call.Route.Id, draft));
        if (!serves && draft.Links is null && registration.Links.Length > 0)
        {
            // The links were registered before this session, or this process, began.
            serves = true;
            await InTheNameOf(call, endpoint, SpeakerOf(call), (grain, speaker) => grain.Attach(speaker, channels.For(call.Session, ChannelTraits.Requests), null));
        }

        if (call.Session.Identity == endpoint)
        {
            call.Session.ServesRequests = serves;
            call.Session.MaxDatagram = MaxDatagramOf(draft) ?? call.Session.MaxDatagram;
        }

        return CoapReply.Of(CoapCode.Changed);
    }

    public async ValueTask<CoapMessage> Deregister(CoapCall call)
    {
        if (!RegistrationId.TryGetObject(call.Route.Id, out var endpoint)) return CoapReply.Of(CoapCode.NotFound);
        await InTheNameOf(call, endpoint, SpeakerOf(call), async (grain, speaker) =>
        {
            await grain.Deregister(speaker, call.Route.Id);
            return true;
        });
        if (call.Session.Identity == endpoint) call.Session.ServesRequests = false;
        return CoapReply.Of(CoapCode.Deleted);
    }

    private static int? MaxDatagramOf(RegistrationDraft draft) =>
        draft.Parameters?.GetValueOrDefault(Characteristics.MaxDatagram) is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            ? Math.Max(bytes, CoapFit.Least)
            : null;

    private static string? SpeakerOf(CoapCall call) =>
        call.Session.Strength == Strength.Claimed ? call.Request.Options.GetQuery("ep"u8) ?? call.Session.Identity : call.Session.Identity;

    /// <summary>
    /// In the session of a gateway another endpoint is a child, and the gateway speaks. Where identities are only claimed it may as well be
    /// another device behind the same address, and speaks for itself if the gateway may not, unless <c>?for=</c> says that it is a child.
    /// </summary>
    private async ValueTask<T> InTheNameOf<T>(CoapCall call, string endpoint, string? speaker, Func<IObjectGrain, Speaker, ValueTask<T>> act)
    {
        var grain = grains.GetObject(endpoint);
        if (speaker is not null && speaker != endpoint)
        {
            var isChild = call.Session.Strength > Strength.Claimed || call.Request.Options.GetQuery("for"u8) is not null;
            try
            {
                return await act(grain, call.Session.Speak(speaker));
            }
            catch (M2MException refused) when (!isChild && refused.Code is ErrorCode.PermissionDenied or ErrorCode.NotFound)
            {
            }
        }

        var result = await act(grain, call.Session.Speak(endpoint));
        call.Session.Identity = endpoint;
        return result;
    }

    private static CoapMessage? ReadDraft(CoapCall call, TimeSpan? lifetime, string? links, out RegistrationDraft draft)
    {
        draft = new RegistrationDraft(null, null, null, null);
        var options = call.Request.Options;
        if (call.Body.Length > 0)
        {
            if (options.ContentFormat is { } format && format != CoapContentFormat.LinkFormat) return CoapReply.Of(CoapCode.UnsupportedContentFormat);
            if (LinkFormatReader.Read(call.Body.Span) is { IsOk: false } malformed) return CoapReply.Of(CoapCode.BadRequest, malformed.Reason);
            links = Encoding.UTF8.GetString(call.Body.Span);
        }

        var parameters = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < options.Count; i++)
        {
            if (options[i].Number != CoapOptionNumber.UriQuery) continue;
            var query = options[i].GetString();
            var equals = query.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? query : query[..equals];
            var value = equals < 0 ? string.Empty : query[(equals + 1)..];
            if (name == "lt")
            {
                // RFC 9176 section 5: 1 to 4294967295 seconds.
                if (!uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds == 0) return CoapReply.Of(CoapCode.BadRequest, "lt");
                lifetime = TimeSpan.FromSeconds(seconds);
            }
            else if (name is not ("ep" or "for" or ""))
            {
                parameters[name] = value;
            }
        }

        draft = new RegistrationDraft(lifetime, links, parameters.Count == 0 && links is null ? null : parameters.ToImmutable(), null);
        return null;
    }
}
