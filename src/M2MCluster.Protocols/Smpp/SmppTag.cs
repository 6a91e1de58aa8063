namespace M2MCluster.Protocols.Smpp;

/// <summary>Tags of optional parameters (SMPP 3.4, section 5.3.2).</summary>
public enum SmppTag : ushort
{
    /// <summary>The SMSC's own id of the message that a receipt is about; a C-octet string.</summary>
    ReceiptedMessageId = 0x001E,
    UserMessageReference = 0x0204,
    SarReference = 0x020C,
    SarTotal = 0x020E,
    SarNumber = 0x020F,
    InterfaceVersion = 0x0210,
    NetworkErrorCode = 0x0423,

    /// <summary>The message itself, up to 64 KiB, in place of short_message.</summary>
    MessagePayload = 0x0424,

    /// <summary>One octet, see <see cref="SmppMessageState"/>.</summary>
    MessageState = 0x0427,

    /// <summary>ussd_service_op: one octet that says which step of a USSD dialogue this is.</summary>
    UssdOperation = 0x0501,
}
