using M2MCluster.Device.Transactions;

namespace M2MCluster.Device;

/// <summary>One line of a mailbox's list.</summary>
/// <param name="Size">Payload, bytes.</param>
/// <param name="Priority">0–7, 7 first.</param>
/// <param name="Child">The gateway's child that it is for.</param>
/// <param name="Transaction">What it has to do with a transaction, if anything.</param>
public sealed record MailboxEntry(string Id, int Size, int Priority, string? Child, DeviceTransaction? Transaction = null);
