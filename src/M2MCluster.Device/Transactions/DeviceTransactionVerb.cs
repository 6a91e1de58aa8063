namespace M2MCluster.Device.Transactions;

/// <summary>What a message of a transaction asks of the device.</summary>
public enum DeviceTransactionVerb
{
    /// <summary>To promise that it can carry it out, and not to do so yet.</summary>
    Prepare,

    /// <summary>To carry out what it has prepared.</summary>
    Commit,

    /// <summary>To forget what it has prepared.</summary>
    Rollback,
}
