using System.Buffers.Binary;
using System.Text;

namespace M2MCluster.Protocols.Smpp;

/// <summary>Writes PDUs; their form stands at <see cref="SmppReader"/>.</summary>
public static class SmppWriter
{
    /// <summary>The number of bytes that <see cref="Write(SmppPdu, Span{byte})"/> writes.</summary>
    public static int Measure(SmppPdu pdu)
    {
        ArgumentNullException.ThrowIfNull(pdu);
        var size = SmppReader.HeaderLength + pdu.Body switch
        {
            SmppBind bind => bind.SystemId.Length + bind.Password.Length + bind.SystemType.Length + 4 + Measure(bind.AddressRange),
            SmppBindAnswer { SystemId: { } id } => id.Length + 1,
            SmppMessageAnswer { MessageId: { } id } => id.Length + 1,
            SmppShortMessage message => message.ServiceType.Length + Measure(message.Source) + Measure(message.Destination)
                + message.ScheduleTime.Length + message.ValidityPeriod.Length + message.ShortMessage.Length + 11,
            _ => 0,
        };
        if (pdu.Body is null) return size;
        for (var i = 0; i < pdu.Body.Tlvs.Count; i++) size += 4 + pdu.Body.Tlvs[i].Value.Length;
        return size;
    }

    public static byte[] Write(SmppPdu pdu)
    {
        var bytes = new byte[Measure(pdu)];
        Write(pdu, bytes);
        return bytes;
    }

    /// <summary>Writes the unit and returns its length.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than <see cref="Measure(SmppPdu)"/>, a field is longer than it may be, or a text is not Latin-1.</exception>
    public static int Write(SmppPdu pdu, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(pdu);
        var length = Measure(pdu);
        if (destination.Length < length) throw new ArgumentException("too short for the unit", nameof(destination));
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], (uint)pdu.Command);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], (uint)pdu.Status);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], pdu.Sequence);
        var fields = new Fields(destination[SmppReader.HeaderLength..]);
        switch (pdu.Body)
        {
            case SmppBind bind:
                fields.Text(bind.SystemId, 15);
                fields.Text(bind.Password, 8);
                fields.Text(bind.SystemType, 12);
                fields.Octet(bind.InterfaceVersion);
                fields.Address(bind.AddressRange, 40);
                break;
            case SmppBindAnswer { SystemId: { } id }:
                fields.Text(id, 15);
                break;
            case SmppMessageAnswer { MessageId: { } id }:
                fields.Text(id, 64);
                break;
            case SmppShortMessage message:
                Write(message, ref fields);
                break;
        }

        for (var i = 0; i < (pdu.Body?.Tlvs.Count ?? 0); i++) fields.Tlv(pdu.Body!.Tlvs[i]);
        return length;
    }

    private static void Write(SmppShortMessage message, ref Fields fields)
    {
        fields.Text(message.ServiceType, 5);
        fields.Address(message.Source, 20);
        fields.Address(message.Destination, 20);
        fields.Octet(message.EsmClass);
        fields.Octet(message.ProtocolId);
        fields.Octet(message.Priority);
        fields.Text(message.ScheduleTime, 16);
        fields.Text(message.ValidityPeriod, 16);
        fields.Octet(message.RegisteredDelivery);
        fields.Octet(message.ReplaceIfPresent);
        fields.Octet(message.DataCoding);
        fields.Octet(message.DefaultMessageId);
        fields.Octets(message.ShortMessage.Span);
    }

    private static int Measure(SmppAddress address) => 3 + (address.Value?.Length ?? 0);

    private ref struct Fields(Span<byte> destination)
    {
        private Span<byte> _rest = destination;

        public void Text(string text, int longest)
        {
            if (text.Length > longest) throw new ArgumentException($"a field of at most {longest} characters has {text.Length}");
            foreach (var c in text)
            {
                if (c is '\0' or > '\xff') throw new ArgumentException("a text that is not Latin-1");
            }

            Octet0(Encoding.Latin1.GetBytes(text, _rest));
        }

        public void Octet(byte octet)
        {
            _rest[0] = octet;
            _rest = _rest[1..];
        }

        public void Address(SmppAddress address, int longest)
        {
            Octet(address.Ton);
            Octet(address.Npi);
            Text(address.Value ?? "", longest);
        }

        public void Octets(ReadOnlySpan<byte> octets)
        {
            if (octets.Length > byte.MaxValue) throw new ArgumentException("a short message of more than 255 bytes");
            Octet((byte)octets.Length);
            octets.CopyTo(_rest);
            _rest = _rest[octets.Length..];
        }

        public void Tlv(SmppTlv tlv)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_rest, (ushort)tlv.Tag);
            BinaryPrimitives.WriteUInt16BigEndian(_rest[2..], checked((ushort)tlv.Value.Length));
            tlv.Value.Span.CopyTo(_rest[4..]);
            _rest = _rest[(4 + tlv.Value.Length)..];
        }

        private void Octet0(int written)
        {
            _rest[written] = 0;
            _rest = _rest[(written + 1)..];
        }
    }
}
