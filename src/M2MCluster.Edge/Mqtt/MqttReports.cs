using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Senml;
using Microsoft.Extensions.Logging;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary><c>m2m/reports</c> and <c>m2m/children/CHILD/reports</c>: how a report is read and named.</summary>
internal sealed class MqttReports(MqttEdge edge, ILogger<MqttReports> logger)
{
    /// <param name="child">The child that the gateway speaks for; null: the object itself, or in a pack its children.</param>
    public async ValueTask<MqttVerdict> Take(MqttSession session, string? child, MqttPublishPacket packet, MqttTransmission transmission)
    {
        var payload = packet.Payload.ToArray();
        var format = FormatOf(packet.ContentType, payload);
        IReadOnlyList<SenmlRecord>? records = null;
        var fault = !NameOf(session, packet, transmission, out var name) ? "an id that is longer than 8 bytes, or empty"
            : payload.Length == 0 ? "an empty report"
            : ReportPayload.FaultIn(format, payload, out records);
        var report = new ReportDraft(format is { } known ? CoapContentFormat.ToMediaType(known)! : packet.ContentType, payload, name);
        var grain = edge.ObjectOf(child ?? session.ObjectId);
        if (fault is not null)
        {
            await grain.ReportFault(session.Speaker, report, fault);
            return MqttVerdict.Unreadable(fault);
        }

        if (records is not null && child is null && ChildPack.NamesOthers(records, session.ObjectId) && await session.IsGateway())
            return await TakePack(session, grain, name, ChildPack.Split(format!.Value, records, session.ObjectId, edge.Time.GetUtcNow()));
        await grain.Report(session.Speaker, report with { Conditions = ReportConditions.Of(records) });
        return MqttVerdict.Done;
    }

    private async ValueTask<MqttVerdict> TakePack(
        MqttSession session, IObjectGrain gateway, ReportName name, System.Collections.Immutable.ImmutableArray<ChildReport> pack)
    {
        try
        {
            await gateway.ReportForChildren(session.Speaker, name, pack);
            return MqttVerdict.Done;
        }
        catch (M2MException failure) when (failure.Code is ErrorCode.PermissionDenied or ErrorCode.NotFound)
        {
            edge.Metrics.ForgedChild();
            logger.ForgedPack(session.ObjectId, failure.Message);
            return new(MqttPubAckReasonCode.NotAuthorized, "not-authorized", failure.Message);
        }
    }

    // Without a content type it is SenML: JSON begins with a bracket, perhaps after white space, and CBOR with the head of an array (major type 4).
    private static int? FormatOf(string? contentType, ReadOnlySpan<byte> payload)
    {
        if (!string.IsNullOrEmpty(contentType)) return CoapContentFormat.OfMediaType(contentType);
        return payload.Length > 0 && payload[0] is >= 0x80 and <= 0x9F ? CoapContentFormat.SenmlCbor : CoapContentFormat.SenmlJson;
    }

    /// <summary>False: the client gave an id that is none; the report has no name then.</summary>
    private static bool NameOf(MqttSession session, MqttPublishPacket packet, MqttTransmission transmission, out ReportName name)
    {
        name = ReportName.None;
        if (packet.UserProperties?.Find(property => property.Name == "id") is { } given)
        {
            if (ReportId.Parse(given.ReadValueAsString()) is not { } id) return false;
            name = new(id, 0, MayRepeat: true);
        }
        else if (packet.QualityOfServiceLevel != MqttQualityOfServiceLevel.AtMostOnce)
        {
            name = new(null, Exchange(session, packet), transmission.MayRepeat, transmission.NotBefore);
        }

        return true;
    }

    // A packet id is used again as soon as it is acknowledged, so the hash names the exchange but only DUP says that it may be the same one. Each first transmission
    // has the hash too: it is what a later DUP, after a lost PUBACK or a crash, is compared with. The same on every node and after every restart, and never zero.
    private static ulong Exchange(MqttSession session, MqttPublishPacket packet)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(session.ClientId));
        Span<byte> separated = stackalloc byte[3];
        separated[0] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(separated[1..], packet.PacketIdentifier);
        hash.AppendData(separated);
        foreach (var part in packet.Payload) hash.AppendData(part.Span);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest) | 1;
    }
}
