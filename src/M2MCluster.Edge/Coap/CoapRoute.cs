using System.Text;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Edge.Coap;

/// <summary>Paths and methods of the interface. Nothing is allocated for the paths that devices use most.</summary>
internal readonly record struct CoapRoute(CoapResource Resource, string Id = "")
{
    private static readonly int[] Understood =
    [
        CoapOptionNumber.UriHost, CoapOptionNumber.UriPort, CoapOptionNumber.UriPath, CoapOptionNumber.UriQuery,
        CoapOptionNumber.Accept, CoapOptionNumber.Block1, CoapOptionNumber.Block2,
    ];

    /// <summary>4.00, 4.02, 4.04, 4.05 or 5.05 for a request that goes nowhere, or null and its route.</summary>
    public static CoapMessage? Find(CoapMessage request, out CoapRoute route)
    {
        route = default;
        var options = request.Options;
        if (CoapOptionRule.FirstRefused(options, Understood) is var refused and not 0)
        {
            // RFC 7252 section 5.10.2.
            return refused is CoapOptionNumber.ProxyUri or CoapOptionNumber.ProxyScheme
                ? CoapReply.Of(CoapCode.ProxyingNotSupported)
                : CoapReply.Of(CoapCode.BadOption, $"option {refused}");
        }

        if (IsReserved(options, CoapOptionNumber.Block1) || IsReserved(options, CoapOptionNumber.Block2)) return CoapReply.Of(CoapCode.BadRequest, "block size");
        route = Match(options);
        if (route.Resource == CoapResource.None) return CoapReply.Of(CoapCode.NotFound);
        return Allows(route.Resource, request.Code) ? null : CoapReply.Of(CoapCode.MethodNotAllowed);
    }

    private static CoapRoute Match(CoapOptions options)
    {
        var segments = options.CountOf(CoapOptionNumber.UriPath);
        var first = options.ValueAt(CoapOptionNumber.UriPath, 0).Span;
        var second = options.ValueAt(CoapOptionNumber.UriPath, 1);
        switch (segments)
        {
            case 2 when first.SequenceEqual("m2m"u8):
                if (second.Span.SequenceEqual("reports"u8)) return new(CoapResource.Reports);
                if (second.Span.SequenceEqual("mailbox"u8)) return new(CoapResource.Mailbox);
                if (second.Span.SequenceEqual("config"u8)) return new(CoapResource.Config);
                if (second.Span.SequenceEqual("radio"u8)) return new(CoapResource.Radio);
                if (second.Span.SequenceEqual("messages"u8)) return new(CoapResource.Peers);
                if (second.Span.SequenceEqual("bootstrap"u8)) return new(CoapResource.Bootstrap);
                return second.Span.SequenceEqual("time"u8) ? new(CoapResource.Time) : default;
            case 3 when first.SequenceEqual("m2m"u8) && second.Span.SequenceEqual("mailbox"u8):
                var id = options.ValueAt(CoapOptionNumber.UriPath, 2).Span;
                return id.SequenceEqual("next"u8) ? new(CoapResource.NextMessage) : new(CoapResource.Message, Encoding.UTF8.GetString(id));
            case 1 when first.SequenceEqual("rd"u8):
                return new(CoapResource.Directory);
            case 2 when first.SequenceEqual("rd"u8):
                return new(CoapResource.Registration, Encoding.UTF8.GetString(second.Span));
            case 2 when first.SequenceEqual(".well-known"u8) && second.Span.SequenceEqual("core"u8):
                return new(CoapResource.WellKnown);
            default:
                return default;
        }
    }

    private static bool Allows(CoapResource resource, CoapCode method) => resource switch
    {
        CoapResource.Reports or CoapResource.Directory or CoapResource.Radio or CoapResource.Peers or CoapResource.Bootstrap => method == CoapCode.Post,
        CoapResource.Registration => method == CoapCode.Post || method == CoapCode.Delete,
        CoapResource.Message => method == CoapCode.Get || method == CoapCode.Post,
        _ => method == CoapCode.Get,
    };

    private static bool IsReserved(CoapOptions options, int number) => options.GetUint(number) is { } value && !CoapBlock.TryDecode(value, out _);
}
