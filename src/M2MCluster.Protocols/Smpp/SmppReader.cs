using System.Buffers.Binary;
using System.Text;

namespace M2MCluster.Protocols.Smpp;

/// <summary>
/// Reads one PDU from the front of a stream's bytes (SMPP 3.4, section 3.2). It never throws, whatever the bytes.
/// <code>
/// | command_length (4, itself included) | command_id (4) | command_status (4) | sequence_number (4) | mandatory parameters … | TLVs: tag (2), length (2), value …
/// </code>
/// </summary>
public static class SmppReader
{
    /// <summary>Bytes of the longest unit that is read: a message_payload of 64 KiB and all else with it.</summary>
    public const int MaxLength = 70_000;

    /// <summary>More optional parameters than this are none that anybody sends.</summary>
    public const int MaxTlvs = 64;

    internal const int HeaderLength = 16;

    /// <summary>Reads the first unit of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">What came so far; the unit keeps slices of it.</param>
    /// <param name="pdu">The unit. With <see cref="SmppReadStatus.Invalid"/> its header alone, to be refused by; null if not even that can be told.</param>
    /// <param name="length">Bytes of the unit: where the next one begins. With <see cref="SmppReadStatus.NeedMore"/> how many are needed as far as that is known. 0: the length is nonsense, and nothing that follows can be read.</param>
    /// <param name="reason">Why it is Invalid, else null.</param>
    public static SmppReadStatus Read(ReadOnlyMemory<byte> bytes, out SmppPdu? pdu, out int length, out string? reason)
    {
        pdu = null;
        reason = null;
        var span = bytes.Span;
        length = LengthOf(span) ?? HeaderLength;
        if (length == 0)
        {
            reason = "command_length";
            return SmppReadStatus.Invalid;
        }

        if (span.Length < length) return SmppReadStatus.NeedMore;
        pdu = new(
            (SmppCommand)BinaryPrimitives.ReadUInt32BigEndian(span[4..]),
            (SmppStatus)BinaryPrimitives.ReadUInt32BigEndian(span[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(span[12..]));
        var fields = new Fields(bytes[HeaderLength..length]);
        var body = ReadBody(pdu, ref fields);
        reason = fields.Fault;
        if (reason is not null) return SmppReadStatus.Invalid;
        if (body is not null) pdu = pdu with { Body = body };
        return SmppReadStatus.Ok;
    }

    /// <summary>The length of the unit that begins here; null: not told yet; 0: nonsense.</summary>
    public static int? LengthOf(ReadOnlySpan<byte> bytes) => bytes.Length < sizeof(uint) ? null
        : BinaryPrimitives.ReadUInt32BigEndian(bytes) is >= HeaderLength and <= MaxLength and var length ? (int)length
        : 0;

    private static SmppBody? ReadBody(SmppPdu pdu, ref Fields fields)
    {
        switch (pdu.Command)
        {
            case SmppCommand.BindReceiver or SmppCommand.BindTransmitter or SmppCommand.BindTransceiver:
                var bind = new SmppBind(fields.Text(), fields.Text(), fields.Text()) { InterfaceVersion = fields.Octet(), AddressRange = fields.Address() };
                return bind with { Tlvs = fields.Tlvs() };
            case SmppCommand.BindReceiverResp or SmppCommand.BindTransmitterResp or SmppCommand.BindTransceiverResp:
                return fields.IsEmpty ? new SmppBindAnswer(null) : new SmppBindAnswer(fields.Text()) { Tlvs = fields.Tlvs() };
            case SmppCommand.SubmitSm or SmppCommand.DeliverSm:
                return ReadMessage(ref fields);
            case SmppCommand.SubmitSmResp or SmppCommand.DeliverSmResp:
                return fields.IsEmpty ? new SmppMessageAnswer(null) : new SmppMessageAnswer(fields.Text()) { Tlvs = fields.Tlvs() };
            default:
                return null;
        }
    }

    private static SmppShortMessage ReadMessage(ref Fields fields)
    {
        // In the order of the wire.
        var message = new SmppShortMessage
        {
            ServiceType = fields.Text(),
            Source = fields.Address(),
            Destination = fields.Address(),
            EsmClass = fields.Octet(),
            ProtocolId = fields.Octet(),
            Priority = fields.Octet(),
            ScheduleTime = fields.Text(),
            ValidityPeriod = fields.Text(),
            RegisteredDelivery = fields.Octet(),
            ReplaceIfPresent = fields.Octet(),
            DataCoding = fields.Octet(),
            DefaultMessageId = fields.Octet(),
            ShortMessage = fields.Octets(),
        };
        return message with { Tlvs = fields.Tlvs() };
    }

    /// <summary>The mandatory and optional parameters one by one; after the first fault nothing more is read.</summary>
    private ref struct Fields(ReadOnlyMemory<byte> bytes)
    {
        private ReadOnlyMemory<byte> _rest = bytes;

        public string? Fault { get; private set; }

        public readonly bool IsEmpty => _rest.IsEmpty;

        /// <summary>A C-octet string.</summary>
        public string Text()
        {
            var end = _rest.Span.IndexOf((byte)0);
            if (end < 0) return Fail("a string without its end");
            var text = end == 0 ? "" : Encoding.Latin1.GetString(_rest.Span[..end]);
            _rest = _rest[(end + 1)..];
            return text;
        }

        public byte Octet()
        {
            if (_rest.IsEmpty)
            {
                Fail("cut short");
                return 0;
            }

            var octet = _rest.Span[0];
            _rest = _rest[1..];
            return octet;
        }

        public SmppAddress Address() => new(Octet(), Octet(), Text());

        /// <summary>Octets with their length, one byte, before them.</summary>
        public ReadOnlyMemory<byte> Octets() => Take(Octet());

        public List<SmppTlv> Tlvs()
        {
            if (_rest.IsEmpty || Fault is not null) return [];
            var tlvs = new List<SmppTlv>(4);
            while (!_rest.IsEmpty && Fault is null)
            {
                if (_rest.Length < 4 || tlvs.Count == MaxTlvs)
                {
                    Fail("optional parameters");
                    break;
                }

                var tag = (SmppTag)BinaryPrimitives.ReadUInt16BigEndian(_rest.Span);
                var length = BinaryPrimitives.ReadUInt16BigEndian(_rest.Span[2..]);
                _rest = _rest[4..];
                tlvs.Add(new(tag, Take(length)));
            }

            return tlvs;
        }

        private ReadOnlyMemory<byte> Take(int length)
        {
            if (length > _rest.Length)
            {
                Fail("cut short");
                return default;
            }

            var taken = _rest[..length];
            _rest = _rest[length..];
            return taken;
        }

        private string Fail(string reason)
        {
            Fault ??= reason;
            _rest = default;
            return "";
        }
    }
}
