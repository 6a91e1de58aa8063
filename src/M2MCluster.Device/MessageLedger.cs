using M2MCluster.Device.Transactions;

namespace M2MCluster.Device;

/// <summary>
/// Acts upon each message once, whatever the bearer by which a copy of it comes, and answers every other copy with the result of the first. Remembers the last 256
/// messages. Shared by the devices, in the sense of this library, that are one object to the platform; see <see cref="Mqtt.MqttDeviceOptions.Ledger"/> and
/// <see cref="Coap.CoapDeviceOptions.Ledger"/>. Thread-safe.
/// </summary>
public sealed class MessageLedger
{
    private const int Remembered = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Task<DeviceResult?>> _results = [];
    private readonly Queue<string> _order = new();

    /// <param name="transactions">To which those of transactions go; null: they are refused.</param>
    internal async Task<DeviceResult> HandleAsync(DeviceMessage message, TransactionLedger? transactions, MessageHandler handler, CancellationToken cancellationToken)
    {
        if (message.Transaction is not null)
        {
            return transactions is null
                ? DeviceResult.Refused("takes no part in transactions")
                : await transactions.HandleAsync(message, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await OnceAsync(message.Id, async () => await handler(message, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false) ?? new DeviceResult(false);
        }
#pragma warning disable CA1031 // Whatever the handler throws, the sender is owed a result.
        catch (Exception)
        {
            return new DeviceResult(false);
        }
#pragma warning restore CA1031
    }

    /// <summary>What the first to come with the id made of it; it fails for all if it failed for the first.</summary>
    internal Task<DeviceResult?> OnceAsync(string id, Func<Task<DeviceResult?>> act)
    {
        lock (_lock)
        {
            if (_results.TryGetValue(id, out var known)) return known;
            if (_order.Count == Remembered) _results.Remove(_order.Dequeue());
            _order.Enqueue(id);
            return _results[id] = RunAsync(act);
        }
    }

    private static async Task<DeviceResult?> RunAsync(Func<Task<DeviceResult?>> act)
    {
        await Task.Yield();
        return await act().ConfigureAwait(false);
    }
}
