namespace M2MCluster.Device.Transactions;

/// <summary>
/// What a device does in a transaction. After a promise it must be able to do either, whatever happens meanwhile, a restart included; it does neither by itself.
/// Calls for one message never overlap. An exception counts as a refusal.
/// </summary>
public interface ITransactionParticipant
{
    /// <summary>
    /// Makes sure that the message can be carried out, and keeps what that takes; an <c>Ok</c> is a promise. Called again if the device stopped before its promise was
    /// on its disk.
    /// </summary>
    ValueTask<DeviceResult> PrepareAsync(DeviceMessage message, CancellationToken cancellationToken);

    /// <summary>Carries out what was prepared. Called again only if the device stopped before it was noted that this was done.</summary>
    ValueTask<DeviceResult> CommitAsync(DeviceMessage message, CancellationToken cancellationToken);

    /// <summary>Gives back what was kept. Called again only if the device stopped before it was noted that this was done.</summary>
    ValueTask<DeviceResult> RollbackAsync(DeviceMessage message, CancellationToken cancellationToken);
}
