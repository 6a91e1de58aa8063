using System.Collections.Concurrent;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace M2MCluster.Edge.Sms;

/// <summary>Tells objects what became of attempts, and receipts when they may be told.</summary>
internal sealed class SmsSettler(IGrainFactory grains, SmsEdgeOptions options, TimeProvider time, ILogger logger)
{
    private const int Tries = 5;

    private readonly ConcurrentDictionary<string, Task> _settling = new(StringComparer.Ordinal);

    /// <summary>Whether the same call may succeed later.</summary>
    public static bool IsTransient(Exception failure) => failure is M2MException { Code: ErrorCode.Unavailable or ErrorCode.Aborted } or TimeoutException or OrleansException;

    /// <summary>The object knows the SMSC's id only once this is told; a receipt may be faster.</summary>
    public Task ToldAsync(IEnumerable<string> references) =>
        Task.WhenAll(references.Select(reference => _settling.GetValueOrDefault(reference)).Where(settling => settling is not null).Cast<Task>());

    public async Task SettleAsync(Delivery delivery, Settlement settlement)
    {
        var settling = TellAsync(delivery, settlement);
        foreach (var reference in settlement.References) _settling[reference] = settling;
        await settling;
        foreach (var reference in settlement.References) _settling.TryRemove(reference, out _);
    }

    private async Task TellAsync(Delivery delivery, Settlement settlement)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await grains.GetObject(delivery.ObjectId).Settle(delivery.Message.Id, delivery.Attempt, settlement);
                return;
            }
            catch (Exception failure) when (tries < Tries && IsTransient(failure))
            {
            }
#pragma warning disable CA1031 // Nobody waits for this task, so nobody else would hear of the failure.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                logger.SettlementLost(failure, delivery.Message.Id, settlement.Kind);
                return;
            }

            await Task.Delay(options.MaxBackOff * Math.Min(1, Math.Pow(2, tries) / 50) * (0.5 + (Random.Shared.NextDouble() / 2)), time);
        }
    }
}
