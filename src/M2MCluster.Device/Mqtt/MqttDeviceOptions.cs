using System.Net;
using M2MCluster.Device.Transactions;

namespace M2MCluster.Device.Mqtt;

/// <summary>Who an MQTT device is, and how it speaks.</summary>
public sealed record MqttDeviceOptions
{
    /// <summary>The object's id, said as user name.</summary>
    public required string Name { get; init; }

    /// <summary>Said as password.</summary>
    public required string Secret { get; init; }

    public required IPEndPoint Server { get; init; }

    /// <summary>The client id; the object's id where it is not given.</summary>
    public string? ClientId { get; init; }

    /// <summary>MQTT 5; else 3.1.1, which has no report ids and no content types.</summary>
    public bool Version5 { get; init; } = true;

    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an answer is awaited.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A gateway also hears what is for its children.</summary>
    public bool IsGateway { get; init; }

    /// <summary>Handles messages; without it the device has no mailbox.</summary>
    public MessageHandler? Messages { get; init; }

    /// <summary>Told how the platform wants the device to behave, after each connection; on no particular thread.</summary>
    public Action<DeviceConfig>? Configured { get; init; }

    /// <summary>Takes part in transactions; without it they are refused.</summary>
    public ITransactionParticipant? Transactions { get; init; }

    /// <summary>Where promises are kept; in memory, unless another place is given.</summary>
    public ITransactionJournal Journal { get; init; } = new MemoryTransactionJournal();

    /// <summary>What it knows of messages that it has had; the same for all of the object's devices, so that a copy over another bearer is known again.</summary>
    public MessageLedger Ledger { get; init; } = new();

    /// <summary>Told what the platform refused, and why; on no particular thread.</summary>
    public Action<string>? Refused { get; init; }
}
