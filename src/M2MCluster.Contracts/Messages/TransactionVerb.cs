namespace M2MCluster.Contracts.Messages;

/// <summary>What an object is to do with a message of a transaction.</summary>
public enum TransactionVerb
{
    /// <summary>Make sure that it can be done, promise it by the result <c>ok</c>, and do not do it yet.</summary>
    Prepare = 0,
    /// <summary>Do what was prepared.</summary>
    Commit = 1,
    /// <summary>Forget what was prepared.</summary>
    Rollback = 2,
}
