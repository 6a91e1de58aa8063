namespace M2MCluster.Protocols.Smpp;

/// <summary>The body of submit_sm and deliver_sm (SMPP 3.4, sections 4.4 and 4.6).</summary>
public sealed record SmppShortMessage : SmppBody
{
    /// <summary>The bit of <see cref="EsmClass"/> that says that the message begins with a user data header.</summary>
    public const byte UdhIndicator = 0x40;

    private const byte TypeMask = 0x3C;
    private const byte ReceiptType = 0x04;
    private const byte IntermediateType = 0x20;

    /// <summary>At most 5 characters.</summary>
    public string ServiceType { get; init; } = "";
    public SmppAddress Source { get; init; }
    public SmppAddress Destination { get; init; }
    public byte EsmClass { get; init; }
    public byte ProtocolId { get; init; }
    public byte Priority { get; init; }

    /// <summary>Absolute or relative (section 7.1.1), 16 characters; empty: at once.</summary>
    public string ScheduleTime { get; init; } = "";

    /// <summary>As above; empty: the SMSC's own.</summary>
    public string ValidityPeriod { get; init; } = "";

    /// <summary>1: a receipt is wanted whatever becomes of it.</summary>
    public byte RegisteredDelivery { get; init; }
    public byte ReplaceIfPresent { get; init; }

    /// <summary>0 the SMSC's default alphabet, 4 octets, 8 UCS-2 (section 5.2.19).</summary>
    public byte DataCoding { get; init; }
    public byte DefaultMessageId { get; init; }

    /// <summary>At most 254 bytes; what is longer goes as <see cref="SmppTag.MessagePayload"/>.</summary>
    public ReadOnlyMemory<byte> ShortMessage { get; init; }

    /// <summary>The message, wherever it stands.</summary>
    public ReadOnlyMemory<byte> Content => ShortMessage.IsEmpty && Find(SmppTag.MessagePayload) is { } payload ? payload : ShortMessage;

    public bool HasUserDataHeader => (EsmClass & UdhIndicator) != 0;

    /// <summary>Whether it is the SMSC's word on a message sent before, final or not, and no message of anybody's.</summary>
    public bool IsReceipt => (EsmClass & TypeMask) is ReceiptType or IntermediateType;
}
