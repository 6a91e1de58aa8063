namespace M2MCluster.Device.Transactions;

/// <summary>What a device has promised, and what became of it.</summary>
/// <param name="Message">As it was to be prepared; its id names the entry.</param>
/// <param name="Promise">The answer that was given.</param>
/// <param name="Done">The answer to the commit, once that is carried out; null before.</param>
public sealed record JournalEntry(DeviceMessage Message, DeviceResult Promise, DeviceResult? Done = null);
