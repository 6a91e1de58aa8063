using System.Net;
using M2MCluster.Device.Transactions;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Blockwise;
using M2MCluster.Protocols.Coap.Messaging;

namespace M2MCluster.Device.Coap;

/// <summary>Who a CoAP device is, and how it speaks.</summary>
public sealed record CoapDeviceOptions
{
    /// <summary>The object's id, said as <c>ep</c>.</summary>
    public required string Name { get; init; }

    public required IPEndPoint Server { get; init; }

    /// <summary>The address that the device speaks from; null: the system's choice.</summary>
    public IPAddress? LocalAddress { get; init; }

    /// <summary>Registration lifetime, from 60 s.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromSeconds(90_000);

    public CoapTransmission Transmission { get; init; } = CoapTransmission.Default;

    /// <summary>The largest block of a request's body, 16–1,024 bytes.</summary>
    public int BlockSize { get; init; } = 1024;

    /// <summary>
    /// Bytes of the largest datagram, either way, from 64; 0: any. For networks of small frames: 74 fits into one frame of IEEE 802.15.4 with 6LoWPAN, and needs a <see cref="Name"/> of 8 characters at most. The
    /// device then registers it, says its name only where it must (its address must be its own: no NAT), and cuts what it sends.
    /// </summary>
    public int MaxDatagram { get; init; }

    /// <summary>The largest body of a message, a command or an answer, bytes.</summary>
    public int MaxBody { get; init; } = 1 << 20;

    /// <summary>How often a device that serves its mailbox, and is idle, observes it anew, in case that a notification was lost.</summary>
    public TimeSpan MailboxCheck { get; init; } = TimeSpan.FromMinutes(5);

    public DeviceLink Link { get; init; } = new();

    /// <summary>Makes the device a CoAP server for commands; it then registers <see cref="Links"/>.</summary>
    public CommandHandler? Commands { get; init; }

    /// <summary>Takes part in transactions; without it they are refused.</summary>
    public ITransactionParticipant? Transactions { get; init; }

    /// <summary>Where promises are kept; in memory, unless another place is given.</summary>
    public ITransactionJournal Journal { get; init; } = new MemoryTransactionJournal();

    /// <summary>What the device serves, in CoRE link-format (RFC 6690); empty for a device that only asks.</summary>
    public string Links { get; init; } = string.Empty;

    /// <summary>Told of each frame and of each switching, as it happens, on the thread that does it; must not block.</summary>
    public Action<RadioActivity>? Radio { get; init; }

    /// <summary>What it knows of messages that it has had; the same for all of the object's devices, so that a copy over another bearer is known again.</summary>
    public MessageLedger Ledger { get; init; } = new();

    /// <summary>Null: any.</summary>
    internal int? CheckedMaxDatagram => MaxDatagram switch
    {
        0 => null,
        >= CoapFit.Least and <= 65_507 => MaxDatagram,
        _ => throw new ArgumentOutOfRangeException(nameof(MaxDatagram), $"{CoapFit.Least} to 65507, or 0"),
    };

    /// <summary>Small datagrams have no room for tokens of 8 bytes; 4 are what RFC 7252 section 5.3.1 wants at least towards the Internet.</summary>
    internal CoapTransmission CheckedTransmission => MaxDatagram == 0 ? Transmission : Transmission with { TokenLength = Math.Min(4, Transmission.TokenLength) };

    internal int CheckedBlockSize =>
        BlockSize is >= 16 and <= 1024 ? 1 << (CoapBlock.ExponentFor(BlockSize) + 4) : throw new ArgumentOutOfRangeException(nameof(BlockSize), "16 to 1024");
}
