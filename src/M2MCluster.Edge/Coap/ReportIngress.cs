using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.Edge.Coap;

/// <summary><c>POST /m2m/reports</c>: 2.04 once the report is on disk.</summary>
internal sealed class ReportIngress(IGrainFactory grains, CoapClock clock)
{
    public async ValueTask<CoapMessage> Report(CoapCall call)
    {
        if (CoapIdentity.Find(call, out var identity) is { } refusal) return refusal;
        if (FormatOf(call.Request.Options) is not { } format) return CoapReply.Of(CoapCode.UnsupportedContentFormat);
        byte[]? given = null;
        if (call.Request.Options.GetQuery("id"u8) is { } id && (given = ReportId.Parse(id)) is null) return CoapReply.Of(CoapCode.BadRequest, "id: up to 8 bytes");

        var name = new ReportName(given, given is null ? ExchangeOf(call) : 0, MayRepeat: true);
        var draft = new ReportDraft(CoapContentFormat.ToMediaType(format)!, call.Body.ToArray(), name);
        IReadOnlyList<SenmlRecord>? records = null;
        var fault = call.Body.IsEmpty ? "an empty report" : ReportPayload.FaultIn(format, draft.Payload, out records);
        var target = grains.GetObject(identity.Target);
        if (fault is not null)
        {
            await target.ReportFault(identity.Speaker, draft, fault);
            return CoapReply.Of(CoapCode.BadRequest, fault);
        }

        if (records is not null && await IsPackOfChildren(call.Session, identity, records))
        {
            await target.ReportForChildren(identity.Speaker, name, ChildPack.Split(format, records, identity.Target, clock.UtcNow));
        }
        else
        {
            await target.Report(identity.Speaker, draft with { Conditions = ReportConditions.Of(records) });
        }

        return CoapReply.Of(CoapCode.Changed);
    }

    /// <summary>The rest of a report did not come within the exchange lifetime.</summary>
    /// <param name="call">Its first block, with what came of the body.</param>
    public async Task Abandon(CoapCall call)
    {
        if (CoapIdentity.Find(call, out var identity) is not null || FormatOf(call.Request.Options) is not { } format) return;
        var size = call.Request.Options.GetUint(CoapOptionNumber.Size1) is { } whole ? $" of {whole}" : "";
        await grains.GetObject(identity.Target).ReportIncomplete(
            identity.Speaker, CoapContentFormat.ToMediaType(format)!, call.Body.ToArray(), $"incomplete: {call.Body.Length}{size} bytes came, and the rest did not");
    }

    // Any device may use base names that look like ids; only a gateway's name children. What the object is does not change, so each session asks once.
    private async ValueTask<bool> IsPackOfChildren(CoapSession session, CoapIdentity identity, IReadOnlyList<SenmlRecord> records)
    {
        if (identity.Target != identity.Speaker.ObjectId || !ChildPack.NamesOthers(records, identity.Target)) return false;
        if (session.Kind is { } known && known.ObjectId == identity.Target) return known.IsGateway;
        var view = await grains.GetObject(identity.Target).Get();
        var kind = new SpeakerKind(identity.Target, view.Description.Kind == ObjectKind.Gateway);
        session.Kind = kind;
        return kind.IsGateway;
    }

    // Without a format the payload is what it is: octets (RFC 7252 section 5.5.1).
    private static int? FormatOf(CoapOptions options) => options.ContentFormat switch
    {
        null when options.CountOf(CoapOptionNumber.ContentFormat) == 0 => CoapContentFormat.OctetStream,
        CoapContentFormat.SenmlJson or CoapContentFormat.SenmlCbor or CoapContentFormat.Json or CoapContentFormat.TextPlain or CoapContentFormat.OctetStream
            => options.ContentFormat,
        _ => null,
    };

    // The same on every node and after every restart, and never zero, which would mean that there is nothing to go by.
    private static ulong ExchangeOf(CoapCall call)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> head = stackalloc byte[sizeof(ushort) + CoapToken.MaxLength];
        head.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(head, call.Request.MessageId);
        call.Request.Token.CopyTo(head[sizeof(ushort)..]);
        hash.AppendData(head);
        hash.AppendData(Encoding.UTF8.GetBytes(call.Session.Name));
        hash.AppendData(call.Body.Span);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest) | 1;
    }
}
