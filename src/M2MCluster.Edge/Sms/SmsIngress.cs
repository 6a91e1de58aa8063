using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Gsm0338;
using M2MCluster.Protocols.Senml;
using M2MCluster.Protocols.Smpp;
using Microsoft.Extensions.Logging;

namespace M2MCluster.Edge.Sms;

/// <summary>Which object and operation a deliver_sm means, and how it is answered: success only once it is on disk.</summary>
internal sealed class SmsIngress(IGrainFactory grains, SmsEdgeOptions options, SmsSettler settler, SmsMetrics metrics, TimeProvider time, ILogger logger)
{
    private const string Text = "text/plain";

    public async ValueTask<SmppStatus> TakeAsync(SmppShortMessage message)
    {
        try
        {
            return message.IsReceipt && SmppReceipt.Read(message) is { } receipt ? await TakeAsync(message, receipt) : await TakeMessageAsync(message);
        }
        catch (Exception failure) when (SmsSettler.IsTransient(failure))
        {
            logger.Later(failure);
            metrics.Received("later");
            return SmppStatus.ReceiverTemporary;
        }
#pragma warning disable CA1031 // One message that nobody foresaw does not take the session with it; it would fail again, and so does not come again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            logger.Failed(failure);
            return SmppStatus.ReceiverPermanent;
        }
    }

    private async ValueTask<SmppStatus> TakeAsync(SmppShortMessage message, SmppReceipt receipt)
    {
        var state = receipt.State switch
        {
            SmppMessageState.Delivered => ReceiptState.Delivered,
            SmppMessageState.Expired => ReceiptState.Expired,
            SmppMessageState.Deleted or SmppMessageState.Undeliverable or SmppMessageState.Rejected => ReceiptState.Undeliverable,
            SmppMessageState.Unknown => ReceiptState.Unknown,
            _ => ReceiptState.OnItsWay,
        };
        var readings = SmppReceipt.Readings(receipt.MessageId);
        await settler.ToldAsync(readings);
        var detail = $"SMS receipt {receipt.State}{(receipt.Error is null or "000" ? "" : $", error {receipt.Error}")}";
        // The receipt comes from whom the message went to.
        var standing = SmsNumber.Read(message.Source, options.CountryCode) is { } number && await ObjectOfAsync(number) is { } id
            ? await grains.GetGrain<ISubscriberGrain>(id).Receipt(new([.. readings], state, detail, (int?)message.FindNumber(SmppTag.UserMessageReference)))
            : ReceiptStanding.Foreign;
        metrics.Receipt(standing switch { ReceiptStanding.Foreign => "foreign", ReceiptStanding.Early => "early", _ => NameOf(state) });
        return standing == ReceiptStanding.Early ? SmppStatus.ReceiverTemporary : SmppStatus.Ok;
    }

    private async ValueTask<SmppStatus> TakeMessageAsync(SmppShortMessage message)
    {
        if (SmsNumber.Read(message.Source, options.CountryCode) is not { } number || await ObjectOfAsync(number) is not { } id)
        {
            logger.UnknownNumber();
            metrics.Received("unknown-number");
            return SmppStatus.ReceiverPermanent;
        }

        var speaker = new Speaker(id, options.TrustSender ? Strength.Secret : Strength.Claimed, Bearer.Sms, number);
        try
        {
            return await TakeAsync(speaker, message);
        }
        catch (M2MException refused) when (!SmsSettler.IsTransient(refused))
        {
            logger.NotPermitted(id, refused.Message);
            metrics.Received("not-permitted");
            return SmppStatus.ReceiverPermanent;
        }
    }

    private async ValueTask<SmppStatus> TakeAsync(Speaker speaker, SmppShortMessage message)
    {
        var content = message.Content;
        var alphabet = SmsCoding.AlphabetOf(message.DataCoding, out var isLatin1);
        SmsPart? part = null;
        if (message.HasUserDataHeader)
        {
            if (!UserDataHeader.TryRead(content.Span, out var header, out part)) return await RefuseAsync(speaker, content, "a user data header that cannot be read");
            content = content[header..];
        }

        part ??= SarPart(message);
        string? gathered = null;
        if (part is { } one)
        {
            gathered = string.Create(CultureInfo.InvariantCulture, $"{one.Reference}/{one.Total}/{message.DataCoding}");
            if (await grains.GetGrain<ISubscriberGrain>(speaker.ObjectId).Gather(speaker, new(gathered, one.Number, one.Total, content.ToArray())) is not { } whole)
            {
                metrics.Received("part");
                return SmppStatus.Ok;
            }

            content = whole;
        }

        if (alphabet is null) return await RefuseAsync(speaker, content, "an alphabet that is not read here", gathered);
        return alphabet == SmsAlphabet.Octets && !isLatin1
            ? await ReportAsync(speaker, CoapContentFormat.SenmlCbor, content.ToArray(), NameOf(message, content, null), gathered)
            : await TakeTextAsync(speaker, message, content, SmsCoding.Decode(content.Span, alphabet.Value), gathered);
    }

    private async ValueTask<SmppStatus> TakeTextAsync(Speaker speaker, SmppShortMessage message, ReadOnlyMemory<byte> content, string text, string? gathered)
    {
        if (SmsText.ReadResult(text) is { } said
            && await grains.GetObject(speaker.ObjectId).Result(speaker, said.Message, said.Result) != ResultReceipt.Unknown)
        {
            metrics.Received("result");
            return SmppStatus.Ok;
        }

        return SmsText.ReadValues(text, out var id) is { } records
            ? await ReportAsync(speaker, CoapContentFormat.SenmlJson, SenmlJson.Write(records), NameOf(message, content, id), gathered)
            : await ReportAsync(speaker, CoapContentFormat.TextPlain, Encoding.UTF8.GetBytes(text), NameOf(message, content, null), gathered);
    }

    private async ValueTask<SmppStatus> ReportAsync(Speaker speaker, int format, byte[] payload, ReportName? name, string? gathered)
    {
        var draft = new ReportDraft(CoapContentFormat.ToMediaType(format)!, payload, name ?? ReportName.None, Gathered: gathered);
        IReadOnlyList<SenmlRecord>? records = null;
        var fault = name is null ? "an id that is longer than 8 bytes" : payload.Length == 0 ? "an empty message" : ReportPayload.FaultIn(format, payload, out records);
        var grain = grains.GetObject(speaker.ObjectId);
        if (fault is null) await grain.Report(speaker, draft with { Conditions = ReportConditions.Of(records) });
        else await grain.ReportFault(speaker, draft, fault);
        metrics.Received(fault is null ? "report" : "unreadable");
        return SmppStatus.Ok;
    }

    private async ValueTask<SmppStatus> RefuseAsync(Speaker speaker, ReadOnlyMemory<byte> content, string fault, string? gathered = null)
    {
        await grains.GetObject(speaker.ObjectId).ReportFault(speaker, new(CoapContentFormat.ToMediaType(CoapContentFormat.OctetStream)!, content.ToArray(), ReportName.None, Gathered: gathered), fault);
        metrics.Received("unreadable");
        return SmppStatus.Ok;
    }

    private async ValueTask<string?> ObjectOfAsync(string number) => Names.IdIn(await grains.GetGrain<IAliasGrain>(SmsBearer.NamePrefix + number).Resolve(), Names.Objects);

    private static SmsPart? SarPart(SmppShortMessage message) =>
        message.FindNumber(SmppTag.SarReference) is { } reference && message.FindNumber(SmppTag.SarTotal) is { } total && message.FindNumber(SmppTag.SarNumber) is { } number
        && new SmsPart((ushort)reference, (byte)total, (byte)number) is { IsValid: true } part
            ? part
            : null;

    /// <summary>
    /// SMPP 3.4 gives a message from a phone no id: when the SMSC missed the answer it comes again with another sequence number. So the same words from the same number within
    /// a while are one message. Null: the device gave an id that is none.
    /// </summary>
    private ReportName? NameOf(SmppShortMessage message, ReadOnlyMemory<byte> content, string? given)
    {
        if (given is not null) return ReportId.Parse(given) is { } id ? new(id, 0, MayRepeat: true) : null;
        if (options.DuplicateWindow == TimeSpan.Zero) return ReportName.None;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([message.DataCoding]);
        if (message.Find(SmppTag.UserMessageReference) is { } reference) hash.AppendData(reference.Span);
        hash.AppendData(content.Span);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return new(null, BinaryPrimitives.ReadUInt64BigEndian(digest) | 1, MayRepeat: true, (uint)(time.GetUtcNow() - options.DuplicateWindow).ToUnixTimeSeconds());
    }

    private static string NameOf(ReceiptState state) => state switch
    {
        ReceiptState.Delivered => "delivered",
        ReceiptState.Expired => "expired",
        ReceiptState.Undeliverable => "undeliverable",
        ReceiptState.Unknown => "unknown",
        _ => "on-its-way",
    };
}
