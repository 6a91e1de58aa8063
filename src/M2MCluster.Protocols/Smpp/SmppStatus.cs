namespace M2MCluster.Protocols.Smpp;

/// <summary>command_status (SMPP 3.4, section 5.1.3), as far as something is concluded from it; any other number may come.</summary>
public enum SmppStatus : uint
{
    Ok = 0x00,
    InvalidMessageLength = 0x01,
    InvalidCommandLength = 0x02,
    InvalidCommandId = 0x03,
    IncorrectBindStatus = 0x04,
    SystemError = 0x08,
    InvalidSourceAddress = 0x0A,
    InvalidDestinationAddress = 0x0B,
    BindFailed = 0x0D,
    InvalidPassword = 0x0E,
    InvalidSystemId = 0x0F,
    MessageQueueFull = 0x14,
    InvalidDestinationTon = 0x50,
    InvalidDestinationNpi = 0x51,
    Throttled = 0x58,

    /// <summary>ESME_RX_T_APPN: the receiver cannot now, and the message comes again.</summary>
    ReceiverTemporary = 0x64,

    /// <summary>ESME_RX_P_APPN: the receiver never will, and the message does not come again.</summary>
    ReceiverPermanent = 0x65,
}
