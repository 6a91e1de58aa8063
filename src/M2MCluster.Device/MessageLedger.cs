using M2MCluster.Device.Transactions;

namespace M2MCluster.Device;

/// <summary>
/// Runs the handler once for each message, and answers a redelivery with the result of the first time. Remembers the last 256 messages. Those of transactions go to
/// their own ledger; without one they are refused.
/// </summary>
internal sealed class MessageLedger(TransactionLedger? transactions = null) : IDisposable
{
    private const int Remembered = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Task<DeviceResult>> _results = [];
    private readonly Queue<string> _order = new();

    public Task<DeviceResult> HandleAsync(DeviceMessage message, MessageHandler handler, CancellationToken cancellationToken)
    {
        if (message.Transaction is not null)
            return transactions?.HandleAsync(message, cancellationToken) ?? Task.FromResult(DeviceResult.Refused("takes no part in transactions"));
        lock (_lock)
        {
            if (_results.TryGetValue(message.Id, out var known)) return known;
            if (_order.Count == Remembered) _results.Remove(_order.Dequeue());
            _order.Enqueue(message.Id);
            return _results[message.Id] = RunAsync(message, handler, cancellationToken);
        }
    }

    public void Dispose() => transactions?.Dispose();

    private static async Task<DeviceResult> RunAsync(DeviceMessage message, MessageHandler handler, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            return await handler(message, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the handler throws, the sender is owed a result.
        catch (Exception)
        {
            return new DeviceResult(false);
        }
#pragma warning restore CA1031
    }
}
