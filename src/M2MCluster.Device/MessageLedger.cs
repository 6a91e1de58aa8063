namespace M2MCluster.Device;

/// <summary>
/// Runs the handler once for each message, and answers a redelivery with the result of the first time. Remembers the last 256 messages.
/// </summary>
internal sealed class MessageLedger
{
    private const int Remembered = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Task<DeviceResult>> _results = [];
    private readonly Queue<string> _order = new();

    public Task<DeviceResult> HandleAsync(DeviceMessage message, MessageHandler handler, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_results.TryGetValue(message.Id, out var known)) return known;
            if (_order.Count == Remembered) _results.Remove(_order.Dequeue());
            _order.Enqueue(message.Id);
            return _results[message.Id] = RunAsync(message, handler, cancellationToken);
        }
    }

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
