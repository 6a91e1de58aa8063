using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Gsm0338;
using M2MCluster.Protocols.Smpp;

namespace M2MCluster.Edge.Sms;

/// <summary>What an object's message is as short messages.</summary>
internal static class SmsOutgoing
{
    private const byte ReceiptWanted = 1;

    // A relative validity_period has no weeks, and a month has no fixed length.
    private static readonly TimeSpan LongestValidity = TimeSpan.FromDays(30);
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The submit_sm of each part; null if it is longer than <see cref="SmsEdgeOptions.MaxParts"/> allows.</summary>
    public static IReadOnlyList<SmppShortMessage>? Of(string number, Delivery delivery, SmsEdgeOptions options, ushort reference, DateTimeOffset now)
    {
        var message = delivery.Message;
        var (bytes, alphabet) = Content(message);
        if (SmsSplitter.Split(bytes, alphabet, reference, options.MaxParts) is not { } parts) return null;
        var first = new SmppShortMessage
        {
            Source = SmsNumber.SourceOf(options.SourceAddress) ?? default,
            Destination = SmsNumber.Destination(number),
            EsmClass = parts.Count > 1 ? SmppShortMessage.UdhIndicator : (byte)0,
            DataCoding = SmsCoding.DataCodingOf(alphabet),
            RegisteredDelivery = message.Confirmation == Confirmation.None && message.ContentType != WakeUp.ContentType ? (byte)0 : ReceiptWanted,
            ValidityPeriod = Validity(message.ExpiresAt - now),
            // By it a receipt names the attempt also where the SMSC's own id was never on disk (SMPP 3.4, section 5.3.2.17).
            Tlvs = [new(SmppTag.UserMessageReference, ReferenceOf(delivery.Attempt))],
        };
        return [.. parts.Select(part => first with { ShortMessage = part })];
    }

    private static byte[] ReferenceOf(long attempt)
    {
        var bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)SmsBearer.ReferenceOf(attempt));
        return bytes;
    }

    private static (byte[] Bytes, SmsAlphabet Alphabet) Content(WaitingMessage message)
    {
        if (message.ContentType == WakeUp.ContentType) return (WakeUpBytes(message), SmsAlphabet.Octets);
        if (TextOf(message) is not { } text) return (message.Payload, SmsAlphabet.Octets);
        // Who is to answer needs to know to what.
        if (message.Confirmation == Confirmation.Applied) text += $"\n#{message.Id}";
        var alphabet = SmsCoding.Choose(text);
        return (SmsCoding.Encode(text, alphabet)!, alphabet);
    }

    private static string? TextOf(WaitingMessage message)
    {
        if (!SmsBearer.IsText(message.ContentType)) return null;
        try
        {
            return Utf8.GetString(message.Payload);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static byte[] WakeUpBytes(WaitingMessage message)
    {
        byte[] bytes = [.. WakeUp.Trigger, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(WakeUp.Trigger.Length), message.Id.Value);
        return bytes;
    }

    /// <summary>Relative: years, months, days, hours, minutes, seconds, tenths, then <c>00R</c> (SMPP 3.4, section 7.1.1).</summary>
    private static string Validity(TimeSpan rest)
    {
        var period = rest < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : rest > LongestValidity ? LongestValidity : rest;
        return string.Create(CultureInfo.InvariantCulture, $"0000{period.Days:00}{period.Hours:00}{period.Minutes:00}{period.Seconds:00}000R");
    }
}
