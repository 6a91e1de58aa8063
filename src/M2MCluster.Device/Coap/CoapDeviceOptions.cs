using System.Net;
using M2MCluster.Device.Transactions;
using M2MCluster.Protocols.Coap;
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

    internal int CheckedBlockSize =>
        BlockSize is >= 16 and <= 1024 ? 1 << (CoapBlock.ExponentFor(BlockSize) + 4) : throw new ArgumentOutOfRangeException(nameof(BlockSize), "16 to 1024");
}
